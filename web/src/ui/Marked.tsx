import { splitMarks } from "@/lib/marks";

interface MarkedProps {
  text: string;
  /** Pairs of first and one past the last code point. */
  ranges: readonly (readonly number[])[];
}

export function Marked({ text, ranges }: MarkedProps) {
  return splitMarks(text, ranges).map((piece, index) =>
    piece.marked ? <mark key={index}>{piece.text}</mark> : <span key={index}>{piece.text}</span>,
  );
}

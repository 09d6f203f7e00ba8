import { type RefObject, useEffect, useLayoutEffect, useRef, useState } from "react";
import { type Geometry, type LineRange, TALLEST, areaHeight, scrollToLine, visibleLines } from "./geometry";

interface Shape {
  width: number;
  height: number;
}

const same = (a: LineRange, b: LineRange) => a.first === b.first && a.end === b.end;

/** The size of a scrolling element; it follows the element. */
export function useShape(scroller: RefObject<HTMLElement | null>): Shape {
  const [shape, setShape] = useState<Shape>({ width: 0, height: 0 });
  useLayoutEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const measure = () => {
      const next = { width: element.clientWidth, height: element.clientHeight };
      setShape((before) => (before.width === next.width && before.height === next.height ? before : next));
    };
    measure();
    if (typeof ResizeObserver === "undefined") return;
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    return () => {
      observer.disconnect();
    };
  }, [scroller]);
  return shape;
}

/** The lines to draw: a scroll asks for a new picture only when other lines come into view. */
export function useLines(scroller: RefObject<HTMLElement | null>, geometry: Geometry, height: number, covered: number) {
  const { count, perLine, lineHeight } = geometry;
  const [scrollTop, setScrollTop] = useState(0);
  const scaled = areaHeight(geometry) >= TALLEST;
  const range = visibleLines(geometry, { scrollTop, height });
  const drawn = useRef(range);

  useEffect(() => {
    drawn.current = range;
  });

  useEffect(() => {
    const element = scroller.current;
    if (element === null) return;
    const onScroll = () => {
      const next = visibleLines({ count, perLine, lineHeight }, { scrollTop: element.scrollTop, height: element.clientHeight });
      if (!scaled && same(next, drawn.current)) return;
      drawn.current = next;
      setScrollTop(element.scrollTop);
    };
    onScroll();
    element.addEventListener("scroll", onScroll, { passive: true });
    return () => {
      element.removeEventListener("scroll", onScroll);
    };
  }, [scroller, count, perLine, lineHeight, scaled]);

  const show = (index: number) => {
    const element = scroller.current;
    if (element === null || index < 0) return;
    const seen = { scrollTop: element.scrollTop, height: element.clientHeight };
    const top = scrollToLine(geometry, Math.floor(index / perLine), seen, covered);
    if (top !== undefined) element.scrollTo({ top });
  };
  return { range, show, view: { scrollTop, height } };
}

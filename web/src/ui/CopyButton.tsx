import { useEffect, useState } from "react";
import { Button, IconButton } from "./Button";

interface CopyButtonProps {
  text: string;
  label: string;
  /** Shows the label as text; else it is the name of an icon. */
  wide?: boolean;
  icon?: string;
}

export function CopyButton({ text, label, wide = false, icon: shape = "copy" }: CopyButtonProps) {
  const [copied, setCopied] = useState(false);

  useEffect(() => {
    if (!copied) return;
    const timer = setTimeout(() => {
      setCopied(false);
    }, 1500);
    return () => {
      clearTimeout(timer);
    };
  }, [copied]);

  const copy = () => {
    void navigator.clipboard.writeText(text).then(() => {
      setCopied(true);
    });
  };
  const icon = copied ? "check" : shape;
  return wide ? (
    <Button icon={icon} onClick={copy}>
      {copied ? "Copied" : label}
    </Button>
  ) : (
    <IconButton icon={icon} label={copied ? "Copied" : label} onClick={copy} />
  );
}

import { useEffect } from "react";

export function useTitle(title: string | undefined): void {
  useEffect(() => {
    document.title = title === undefined || title === "" ? "Bifrost" : `${title} · Bifrost`;
  }, [title]);
}

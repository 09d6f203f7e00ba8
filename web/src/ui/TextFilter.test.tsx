import { fireEvent, screen } from "@testing-library/react";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { renderApp } from "@/test_support/render";
import { TextFilter } from "./TextFilter";

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe("TextFilter", () => {
  it("is applied once typing rests", () => {
    const onChange = vi.fn();
    renderApp(<TextFilter label="Filter" value="" onChange={onChange} />);
    const input = screen.getByRole("searchbox");
    fireEvent.change(input, { target: { value: "wo" } });
    vi.advanceTimersByTime(100);
    fireEvent.change(input, { target: { value: "wood " } });
    vi.advanceTimersByTime(199);
    expect(onChange).not.toHaveBeenCalled();
    vi.advanceTimersByTime(1);
    expect(onChange).toHaveBeenCalledExactlyOnceWith("wood");
  });

  it("follows a value that changes elsewhere, and keeps a space that is being typed", () => {
    const { rerender } = renderApp(<TextFilter label="Filter" value="wood" onChange={vi.fn()} />);
    const input = screen.getByRole<HTMLInputElement>("searchbox");
    rerender(<TextFilter label="Filter" value="" onChange={vi.fn()} />);
    expect(input.value).toBe("");
    fireEvent.change(input, { target: { value: "iron " } });
    rerender(<TextFilter label="Filter" value="iron" onChange={vi.fn()} />);
    expect(input.value).toBe("iron ");
  });

  it("is emptied by Esc", () => {
    renderApp(<TextFilter label="Filter" value="wood" onChange={vi.fn()} />);
    const input = screen.getByRole<HTMLInputElement>("searchbox");
    fireEvent.keyDown(input, { key: "Escape" });
    expect(input.value).toBe("");
  });
});

import { type RefObject, useEffect, useRef, useState } from "react";
import { frameOfTime, parseRate, timeOfFrame } from "@/lib/frames";

export interface Player {
  video: RefObject<HTMLVideoElement | null>;
  /** The frame that is seen, counted from 0. */
  frame: number;
  playing: boolean;
  fault: boolean;
  seek: (frame: number) => void;
  step: (by: number) => void;
  toggle: () => void;
  /** Plays forwards, twice as fast with each call, or backwards. */
  shuttle: (forwards: boolean) => void;
  /** What the element tells. */
  on: { onLoadedMetadata: () => void; onPlay: () => void; onPause: () => void; onSeeked: () => void; onError: () => void };
}

const FASTEST = 4;

/** Frames of a movie by their numbers: the number that is told is that of the picture that is seen. */
export function usePlayer(rateText: string | null | undefined, count: number): Player {
  const video = useRef<HTMLVideoElement>(null);
  const [frame, setFrame] = useState(0);
  const [playing, setPlaying] = useState(false);
  const [fault, setFault] = useState(false);
  // The frame that was asked for last: a step goes on from there, though its picture is still on its way.
  const wanted = useRef(0);
  const backwards = useRef(false);

  useEffect(() => {
    const element = video.current;
    if (element === null || !("requestVideoFrameCallback" in element)) return;
    const rate = parseRate(rateText);
    let handle = 0;
    const onFrame = (_: number, { mediaTime }: { mediaTime: number }) => {
      // While it stands, the picture is that of the last seek; this one may come late, from before it.
      if (!element.paused && !element.seeking) {
        const seen = frameOfTime(mediaTime, rate, count);
        wanted.current = seen;
        setFrame(seen);
      }
      handle = element.requestVideoFrameCallback(onFrame);
    };
    handle = element.requestVideoFrameCallback(onFrame);
    return () => {
      element.cancelVideoFrameCallback(handle);
    };
  }, [rateText, count]);

  const seek = (to: number) => {
    const next = Math.min(count - 1, Math.max(0, to));
    wanted.current = next;
    setFrame(next);
    if (video.current !== null) video.current.currentTime = timeOfFrame(next, parseRate(rateText));
  };
  const halt = () => {
    backwards.current = false;
    video.current?.pause();
  };
  const play = (speed: number) => {
    const element = video.current;
    if (element === null) return;
    backwards.current = false;
    element.playbackRate = speed;
    void element.play().catch(() => {
      setFault(true);
    });
  };
  return {
    video,
    frame,
    playing,
    fault,
    seek: (to) => {
      backwards.current = false;
      seek(to);
    },
    step: (by) => {
      halt();
      seek(wanted.current + by);
    },
    toggle: () => {
      if (video.current?.paused === true && !backwards.current) play(1);
      else halt();
    },
    shuttle: (forwards) => {
      const element = video.current;
      if (element === null) return;
      if (forwards) {
        play(element.paused ? 1 : Math.min(FASTEST, element.playbackRate * 2));
      } else {
        element.pause();
        backwards.current = true;
        seek(wanted.current - 1);
      }
    },
    on: {
      onLoadedMetadata: () => {
        // The poster is a frame from the middle; from here on the picture is that of the number.
        seek(wanted.current);
      },
      onPlay: () => {
        setPlaying(true);
      },
      onPause: () => {
        setPlaying(false);
        // It stopped somewhere in a frame: its middle is looked for, so that picture and number are the same.
        if (video.current !== null) seek(frameOfTime(video.current.currentTime, parseRate(rateText), count));
      },
      onSeeked: () => {
        if (backwards.current && wanted.current > 0) seek(wanted.current - 1);
        else backwards.current = false;
      },
      onError: () => {
        setFault(true);
      },
    },
  };
}

/** Some messages in a row: drawn while they are near what one reads, else only as high as they were. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import css from "./Thread.module.css";

/** So far beyond the edges messages stay drawn. */
const NEAR_PX = 2400;
const SETTLES_MS = 2_000;

interface Props {
  scroller: React.RefObject<HTMLElement | null>;
  /** Drawn in any case: one of them is written anew, or looked for. */
  held: boolean;
  children: ReactNode;
}

/** Somebody plays, marks or writes something in it: it stays. */
function isUsed(element: HTMLElement): boolean {
  const playing = [...element.querySelectorAll<HTMLMediaElement>("audio, video")].some((one) => !one.paused);
  const marked = window.getSelection();
  return playing || element.contains(document.activeElement) || (marked !== null && !marked.isCollapsed && marked.containsNode(element, true));
}

export function Stretch({ scroller, held, children }: Props) {
  const own = useRef<HTMLDivElement>(null);
  const height = useRef(0);
  const [near, setNear] = useState(true);
  const drawn = near || held;
  useEffect(() => {
    const element = own.current!;
    const watch = new IntersectionObserver(([entry]) => {
      const last = entry!;
      // Where nothing is laid out, such as behind a list on a phone, nothing has a height.
      if (!last.isIntersecting && (last.boundingClientRect.height === 0 || isUsed(element))) return;
      if (!last.isIntersecting) height.current = last.boundingClientRect.height;
      setNear(last.isIntersecting);
    }, { root: scroller.current, rootMargin: `${NEAR_PX}px 0px` });
    watch.observe(element);
    return () => watch.disconnect();
  }, [scroller]);
  // What comes later into the messages, such as a mail's frame, must not push what is read: the height is kept until it is there.
  useLayoutEffect(() => {
    const element = own.current!;
    if (!drawn || !height.current) return;
    element.style.minHeight = `${height.current}px`;
    const free = (): void => { element.style.minHeight = ""; };
    const timer = setTimeout(free, SETTLES_MS);
    return () => {
      clearTimeout(timer);
      free();
    };
  }, [drawn]);
  return <div ref={own} className={css.stretch} style={drawn ? undefined : { height: height.current }}>{drawn ? children : null}</div>;
}

/** Something small over the page, beside what opened it: closes by Escape or a click elsewhere, gives the focus back. */
import { useEffect, useLayoutEffect, useRef, useState, type ReactNode } from "react";
import { createPortal } from "react-dom";
import css from "./Floating.module.css";

interface Props {
  open: boolean; onClose: () => void; trigger: ReactNode; children: ReactNode; label: string;
  side?: "start" | "end" | "right"; width?: number; role?: "dialog" | "menu"; layer?: string;
}

const GAP = 6;
const EDGE = 8;

/** Where it fits: under the anchor, over it when there is no room, never beyond the window. */
function placeOf(anchor: DOMRect, box: DOMRect, side: "start" | "end" | "right"): { left: number; top: number } {
  let left = side === "end" ? anchor.right - box.width : side === "right" ? anchor.right + GAP : anchor.left;
  let top = side === "right" ? anchor.bottom - box.height : anchor.bottom + GAP;
  if (side === "right" && left + box.width > innerWidth - EDGE) {
    left = anchor.right - box.width;
    top = anchor.top - GAP - box.height;
  } else if (top + box.height > innerHeight - EDGE && anchor.top - GAP - box.height > EDGE) top = anchor.top - GAP - box.height;
  return {
    left: Math.max(EDGE, Math.min(left, innerWidth - box.width - EDGE)), top: Math.max(EDGE, Math.min(top, innerHeight - box.height - EDGE)),
  };
}

export function Floating({ open, onClose, trigger, children, label, side = "end", width, role = "dialog", layer }: Props) {
  const anchor = useRef<HTMLSpanElement>(null);
  return (
    <>
      <span ref={anchor} className={css.anchor}>{trigger}</span>
      {open ? createPortal(
        <Layer anchor={anchor} onClose={onClose} label={label} side={side} width={width} role={role} layer={layer}>{children}</Layer>, document.body) : null}
    </>
  );
}

type LayerProps = Pick<Props, "onClose" | "label" | "children" | "width" | "layer"> & {
  anchor: React.RefObject<HTMLSpanElement | null>; side: "start" | "end" | "right"; role: "dialog" | "menu";
};

function Layer({ anchor, onClose, label, side, width, role, layer, children }: LayerProps) {
  const box = useRef<HTMLDivElement>(null);
  const [place, setPlace] = useState<{ left: number; top: number } | null>(null);
  const close = useRef(onClose);
  useEffect(() => {
    close.current = onClose;
  });
  useLayoutEffect(() => {
    const settle = () => anchor.current && box.current && setPlace(placeOf(anchor.current.getBoundingClientRect(), box.current.getBoundingClientRect(), side));
    settle();
    const grown = new ResizeObserver(settle);
    if (box.current) grown.observe(box.current);
    addEventListener("resize", settle);
    return () => {
      grown.disconnect();
      removeEventListener("resize", settle);
    };
  }, [anchor, side]);
  useEffect(() => {
    const element = box.current;
    const before = document.activeElement;
    const home = anchor.current?.querySelector<HTMLElement>("button, a") ?? (before instanceof HTMLElement ? before : null);
    (element?.querySelector<HTMLElement>("[data-autofocus]") ?? element?.querySelector<HTMLElement>('button, [tabindex="-1"], input'))?.focus();
    const away = (event: Event) => {
      const target = event.target as Node;
      if (!element?.contains(target) && !anchor.current?.contains(target)) close.current();
    };
    const leave = (event: KeyboardEvent) => {
      if (event.key !== "Escape" && event.key !== "Tab") return;
      if (event.key === "Escape") event.preventDefault();
      event.stopPropagation();
      close.current();
    };
    document.addEventListener("pointerdown", away, true);
    element?.addEventListener("keydown", leave);
    return () => {
      document.removeEventListener("pointerdown", away, true);
      element?.removeEventListener("keydown", leave);
      if (element?.contains(document.activeElement) || document.activeElement === document.body) home?.focus({ preventScroll: true });
    };
  }, [anchor]);
  return (
    <div ref={box} role={role} aria-label={label} data-layer={layer} className={css.layer}
      style={{ ...(place ?? { left: 0, top: 0, opacity: 0 }), ...(width ? { width } : {}) }}>
      {children}
    </div>
  );
}

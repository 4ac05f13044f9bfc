/** A small list to choose from by typing: assign, tag, status, snooze. Opens in place, closes on choosing. */
import { useEffect, useId, useLayoutEffect, useRef, useState, type KeyboardEvent, type ReactNode } from "react";
import { useT } from "@lib/i18n";
import { Floating } from "./Floating";
import css from "./Picker.module.css";

export interface Choice {
  id: string; label: string; hint?: string | undefined; icon?: ReactNode; group?: string | undefined; on?: boolean | undefined;
  /** Shown whatever is typed: it is made from what is typed. */
  always?: boolean;
  /** Chosen by this letter when nothing has been typed yet. */
  key?: string;
}

interface Props {
  title: string;
  placeholder: string;
  open: boolean;
  onOpen: (open: boolean) => void;
  choices: (typed: string) => readonly Choice[];
  onChoose: (choice: Choice, typed: string) => void;
  /** Stays open, so that one may choose several. */
  stay?: boolean;
  empty?: string;
  /** The choices are on their way: Enter waits for them. */
  pending?: boolean;
  /** What the choice would do, shown under the list. */
  preview?: (choice: Choice) => ReactNode;
  width?: number;
  children: ReactNode;
}

const fold = (text: string): string => text.normalize("NFD").replace(/\p{M}/gu, "").toLowerCase();

export function Picker(props: Props) {
  return (
    <Floating open={props.open} onClose={() => props.onOpen(false)} trigger={props.children} label={props.title} width={props.width ?? 290} layer="picker">
      <Choosing {...props} />
    </Floating>
  );
}

function Choosing({ title, placeholder, onOpen, choices, onChoose, stay = false, empty, pending = false, preview }: Props) {
  const t = useT();
  const list = useId();
  const [typed, setTyped] = useState("");
  const [at, setAt] = useState(0);
  const [meant, setMeant] = useState(false);
  const scroller = useRef<HTMLUListElement>(null);
  const wanted = fold(typed.trim());
  const shown = choices(typed).filter((one) => one.always || fold(one.label).includes(wanted));
  const index = Math.min(at, Math.max(0, shown.length - 1));
  useLayoutEffect(() => {
    scroller.current?.querySelector('[data-at="true"]')?.scrollIntoView({ block: "nearest" });
  }, [index]);

  function choose(choice: Choice | undefined): void {
    if (!choice) return;
    onChoose(choice, typed);
    if (stay) setTyped("");
    else onOpen(false);
  }

  useEffect(() => {
    if (!meant || pending) return;
    setMeant(false);
    choose(shown[index]);
    // eslint-disable-next-line react-hooks/exhaustive-deps -- the choices come with the end of waiting
  }, [meant, pending]);

  function onKey(event: KeyboardEvent): void {
    if (event.nativeEvent.isComposing) return;
    if (event.key === "ArrowDown") setAt(Math.min(index + 1, shown.length - 1));
    else if (event.key === "ArrowUp") setAt(Math.max(index - 1, 0));
    else if (event.key === "Enter" && pending) setMeant(true);
    else if (event.key === "Enter") choose(shown[index]);
    else if (!typed && !event.ctrlKey && !event.metaKey && shown.some((one) => one.key === event.key)) choose(shown.find((one) => one.key === event.key));
    else return;
    event.preventDefault();
  }

  let group: string | undefined;
  return (
    <div className={css.picker}>
      <input className={css.input} data-autofocus value={typed} placeholder={placeholder} aria-label={title} role="combobox"
        aria-expanded={shown.length > 0} aria-controls={list} aria-autocomplete="list" autoComplete="off"
        aria-activedescendant={shown[index] ? `${list}-${index}` : undefined}
        onChange={(event) => { setTyped(event.target.value); setAt(0); setMeant(false); }} onKeyDown={onKey} />
      <ul className={`${css.list} scroll`} id={list} role="listbox" aria-label={title} ref={scroller} hidden={shown.length === 0}>
        {shown.map((one, place) => {
          const heading = one.group !== group ? (group = one.group) : undefined;
          return [
            heading ? <li key={`g-${heading}`} role="presentation" className={css.group}>{heading}</li> : null,
            <li key={one.id} id={`${list}-${place}`} role="option" aria-selected={one.on ?? false} data-at={place === index}
              className={css.choice} onMouseMove={() => setAt(place)} onClick={() => choose(one)}>
              {one.icon}
              <span className="cut">{one.label}</span>
              {one.hint ? <em>{one.hint}</em> : null}
              {one.on ? <b aria-hidden>✓</b> : null}
            </li>,
          ];
        })}
      </ul>
      <p role="status">{shown.length === 0 ? <span className={css.none}>{empty ?? t("picker.empty")}</span> : null}</p>
      {preview && shown[index] ? <div className={css.preview} tabIndex={0}>{preview(shown[index])}</div> : null}
    </div>
  );
}

/** A dialog over the page. However it goes, the focus is again where it was before it came. */
import { Modal, type ModalProps } from "@mantine/core";
import { useEffect, useState } from "react";
import { useT } from "@lib/i18n";

/** For whatever is there only while it is open. */
export function useFocusBack(): void {
  const [before] = useState(() => document.activeElement);
  useEffect(() => () => {
    // Once it is off the page: what it led to may want the focus for itself.
    requestAnimationFrame(() => {
      if (document.activeElement === document.body && before instanceof HTMLElement && before.isConnected) before.focus({ preventScroll: true });
    });
  }, [before]);
}

export function Dialog({ closeButtonProps, ...rest }: Omit<ModalProps, "opened">) {
  const t = useT();
  useFocusBack();
  return <Modal opened {...rest} closeButtonProps={{ "aria-label": t("common.close"), ...closeButtonProps }} />;
}

/** The customer panel where there is no third column. */
import { Drawer } from "@mantine/core";
import type { ReactNode } from "react";
import { useT } from "@lib/i18n";
import { useFocusBack } from "@ui/Dialog";

export default function SideDrawer({ children, onClose }: { children: ReactNode; onClose: () => void }) {
  const t = useT();
  useFocusBack();
  return (
    <Drawer opened onClose={onClose} position="right" size={340} title={t("panel.label")} closeButtonProps={{ "aria-label": t("panel.close") }}>
      {children}
    </Drawer>
  );
}

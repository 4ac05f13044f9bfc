/** The console's frame: theme, texts, cache, routes, notices. */
import { localStorageColorSchemeManager, MantineProvider, useMantineColorScheme } from "@mantine/core";
import { QueryClientProvider } from "@tanstack/react-query";
import { RouterProvider } from "@tanstack/react-router";
import { useEffect } from "react";
import { cache } from "@lib/cache";
import { Speech } from "@lib/i18n";
import { nonce } from "@lib/nonce";
import { themeOf } from "@lib/prefs";
import { useStore } from "@lib/store";
import { theme, variables } from "@ui/theme";
import { Toasts } from "@ui/Toasts";
import { router } from "./router";

const scheme = localStorageColorSchemeManager({ key: "hilo.scheme" });

/** Tells Mantine what the profile says. */
function Scheme() {
  const wish = useStore(themeOf);
  const { setColorScheme } = useMantineColorScheme();
  useEffect(() => setColorScheme(wish), [wish, setColorScheme]);
  return null;
}

export function App() {
  return (
    <MantineProvider theme={theme} cssVariablesResolver={variables} defaultColorScheme="auto" colorSchemeManager={scheme} getStyleNonce={() => nonce}>
      <Scheme />
      <QueryClientProvider client={cache}>
        <Speech>
          <RouterProvider router={router} />
          <Toasts />
        </Speech>
      </QueryClientProvider>
    </MantineProvider>
  );
}

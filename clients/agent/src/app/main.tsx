/** Starts the console: language and session first, then the page. */
import "./styles";
import { createRoot } from "react-dom/client";
import { cache } from "@lib/cache";
import { speak } from "@lib/i18n";
import { firstLocale } from "@lib/prefs";
import { meQuery } from "@lib/queries";
import { App } from "./App";

// A part of a version that the server no longer has: the page is asked for anew, once.
addEventListener("vite:preloadError", (event) => {
  if (!navigator.onLine || sessionStorage.getItem("hilo.reloaded") === import.meta.url) return;
  sessionStorage.setItem("hilo.reloaded", import.meta.url);
  event.preventDefault();
  location.reload();
});

// Who it is is asked for while the language is on its way; before the doors nobody is anybody yet.
if (!/^\/(sign-in|reset|join)$/.test(location.pathname)) void cache.prefetchQuery(meQuery);

const root = document.getElementById("root");
if (root) void speak(firstLocale()).then(() => createRoot(root).render(<App />));

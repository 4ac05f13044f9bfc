/** Starts the console: language and session first, then the page. */
import "./styles";
import { createRoot } from "react-dom/client";
import { speak } from "@lib/i18n";
import { firstLocale } from "@lib/prefs";
import { App } from "./App";

// A part of a version that the server no longer has: the page is asked for anew, once.
addEventListener("vite:preloadError", (event) => {
  if (!navigator.onLine || sessionStorage.getItem("hilo.reloaded") === import.meta.url) return;
  sessionStorage.setItem("hilo.reloaded", import.meta.url);
  event.preventDefault();
  location.reload();
});

const root = document.getElementById("root");
if (root) void speak(firstLocale()).then(() => createRoot(root).render(<App />));

/** Starts the console: language and session first, then the page. */
import "./styles";
import { createRoot } from "react-dom/client";
import { speak } from "@lib/i18n";
import { firstLocale } from "@lib/prefs";
import { App } from "./App";

const root = document.getElementById("root");
if (root) void speak(firstLocale()).then(() => createRoot(root).render(<App />));

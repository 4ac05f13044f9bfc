// The shop asks its chat to open, as any site may: by the public calls of the widget.
for (const button of document.querySelectorAll("[data-chat]")) {
  button.addEventListener("click", () => {
    (window.hilo ??= []).push(["open"]);
  });
}

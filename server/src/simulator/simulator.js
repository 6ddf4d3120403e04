// Connect and Configure open as OfficeRnD opens them: a small window of their own. Without this script the same
// buttons open a tab.
document.addEventListener("click", (event) => {
  const button = event.target.closest("button[data-popup]");
  if (!button || !button.formTarget) return;
  const [width, height] = button.dataset.popup.split("x");
  const popup = window.open("about:blank", button.formTarget, `popup,width=${width},height=${height}`);
  if (!popup) return;
  popup.focus();
  const watch = setInterval(() => {
    if (!popup.closed) return;
    clearInterval(watch);
    location.reload();
  }, 400);
});

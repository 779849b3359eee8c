// Explanations that show on hover and focus; a tap shows one and another tap puts it away, as Escape does, until its button
// is left.
onPress("sure", (button) => {
  const { classList } = button.closest(".match");
  const wasShown = classList.contains("shown");
  classList.toggle("shown", !wasShown);
  classList.toggle("dismissed", wasShown);
});
onEscape(() => {
  const tip = document.activeElement?.closest(".match");
  tip?.classList.remove("shown");
  tip?.classList.add("dismissed");
  return Boolean(tip);
});
document.addEventListener("focusout", (event) => event.target.closest?.(".match")?.classList.remove("shown", "dismissed"));

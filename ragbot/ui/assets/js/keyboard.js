// The disclaimer stays in sight while a phone's keyboard is open: browsers that can are told to make the page as much
// smaller; in the others the dock is lifted by what the keyboard covers.
const viewport = document.querySelector("meta[name=viewport]");
if (viewport && !viewport.content.includes("interactive-widget")) {
  viewport.content += ", interactive-widget=resizes-content";
}

function liftDock() {
  const { height, offsetTop, scale } = window.visualViewport;
  const covered = scale === 1 ? Math.max(0, window.innerHeight - height - offsetTop) : 0; // enlarged by two fingers: leave it
  document.documentElement.style.setProperty("--keyboard-height", `${covered}px`);
}

window.visualViewport?.addEventListener("resize", liftDock);
window.visualViewport?.addEventListener("scroll", liftDock);

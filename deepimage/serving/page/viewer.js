// Before and after, in one frame: wipe, zoom, pan, loupe.

const by = (id) => document.getElementById(id);
const dialog = by("viewer"), stage = by("stage"), before = by("before"), after = by("after"), wipe = by("wipe"), loupe = by("loupe");
const LOUPE = 112; // its radius, CSS pixels
const view = { scale: 1, x: 0, y: 0, width: 1, height: 1, fit: 1 };
const pointers = new Map();
let photo = null, step = () => {}, dragging = "";

export function openViewer(shown, stepTo) {
  photo = shown;
  step = stepTo;
  const { result } = photo;
  before.src = photo.before;
  after.src = result.url;
  by("title").textContent = photo.file.name;
  by("sizes").textContent = `${result.width} × ${result.height}` + (result.consistency_db ? `, agrees with the original to ${result.consistency_db.toFixed(1)} dB` : "");
  Object.assign(by("save"), { href: result.url, download: result.name });
  Object.assign(view, { width: result.width, height: result.height });
  if (!dialog.open) { dialog.showModal(); stage.focus(); }
  setWipe(50);
  fit();
}

function setWipe(value) {
  wipe.value = Math.min(Math.max(value, 0), 100);
  wipe.setAttribute("aria-valuetext", `${100 - wipe.value} % restored`);
  draw();
}

function draw() {
  const { scale, x, y, width, height } = view;
  for (const image of [before, after]) {
    image.style.width = `${width}px`;
    image.style.height = `${height}px`;
    image.style.transform = `translate(${x}px, ${y}px) scale(${scale})`;
  }
  const original = stage.classList.contains("original");
  const edge = original ? stage.clientWidth : stage.clientWidth * wipe.value / 100;
  after.style.clipPath = `inset(0 0 0 ${Math.min(Math.max((edge - x) / scale, 0), width)}px)`;
  stage.style.setProperty("--wipe", `${wipe.value}%`);
  stage.classList.toggle("zoomed", scale > view.fit * 1.01);
}

function fit() {
  view.fit = Math.min(stage.clientWidth / view.width, stage.clientHeight / view.height);
  view.scale = view.fit;
  center();
}

function center() {
  view.x = (stage.clientWidth - view.width * view.scale) / 2;
  view.y = (stage.clientHeight - view.height * view.scale) / 2;
  draw();
}

function zoom(factor, x = stage.clientWidth / 2, y = stage.clientHeight / 2) {
  const scale = Math.min(Math.max(view.scale * factor, Math.min(view.fit, 1 / devicePixelRatio)), Math.max(8, view.fit));
  view.x = x - (x - view.x) * scale / view.scale;
  view.y = y - (y - view.y) * scale / view.scale;
  view.scale = scale;
  if (scale <= view.fit) center(); else draw();
}

const fullSize = () => zoom(1 / devicePixelRatio / view.scale);
const place = (event) => { const box = stage.getBoundingClientRect(); return { x: event.clientX - box.left, y: event.clientY - box.top }; };

function look(at) {
  const [left, right] = loupe.children, ratio = 1 / devicePixelRatio;
  loupe.style.left = `${at.x}px`;
  loupe.style.top = `${at.y}px`;
  const x = (at.x - view.x) / view.scale * ratio, y = (at.y - view.y) / view.scale * ratio;
  for (const [half, url, shift] of [[left, photo.before, 0], [right, photo.result.url, LOUPE]]) {
    half.style.backgroundImage = `url("${url}")`;
    half.style.backgroundSize = `${view.width * ratio}px ${view.height * ratio}px`;
    half.style.backgroundPosition = `${LOUPE - shift - x}px ${LOUPE - y}px`;
  }
}

stage.addEventListener("pointerdown", (event) => {
  stage.setPointerCapture(event.pointerId);
  pointers.set(event.pointerId, place(event));
  dragging = event.target.id === "edge" || !stage.classList.contains("zoomed") ? "wipe" : "pan";
  if (dragging === "wipe" && pointers.size === 1) setWipe(place(event).x / stage.clientWidth * 100);
});
stage.addEventListener("pointermove", (event) => {
  const at = place(event), was = pointers.get(event.pointerId);
  if (!loupe.hidden) look(at);
  if (!was) return;
  if (pointers.size === 2) {
    const other = [...pointers].find(([id]) => id !== event.pointerId)[1];
    const spread = (a) => Math.hypot(a.x - other.x, a.y - other.y) || 1;
    zoom(spread(at) / spread(was), (at.x + other.x) / 2, (at.y + other.y) / 2);
  } else if (dragging === "wipe") setWipe(at.x / stage.clientWidth * 100);
  else { view.x += at.x - was.x; view.y += at.y - was.y; draw(); }
  pointers.set(event.pointerId, at);
});
for (const end of ["pointerup", "pointercancel"]) stage.addEventListener(end, (event) => pointers.delete(event.pointerId));
stage.addEventListener("wheel", (event) => {
  event.preventDefault();
  const { x, y } = place(event);
  zoom(Math.exp(-event.deltaY / 300), x, y);
}, { passive: false });

const showOriginal = (on) => { stage.classList.toggle("original", on); draw(); };
const toggleLoupe = () => { loupe.hidden = !loupe.hidden; by("glass").setAttribute("aria-pressed", String(!loupe.hidden)); };
const KEYS = { "+": () => zoom(1.25), "=": () => zoom(1.25), "-": () => zoom(0.8), 0: fit, 1: fullSize, l: toggleLoupe };

dialog.addEventListener("keydown", (event) => {
  if (event.key === " " && event.target.tagName !== "BUTTON" && event.target.tagName !== "A") { event.preventDefault(); showOriginal(true); }
  else if (event.target !== wipe && event.key === "ArrowLeft") step(-1);
  else if (event.target !== wipe && event.key === "ArrowRight") step(1);
  else if (!event.ctrlKey && !event.metaKey) KEYS[event.key]?.();
});
dialog.addEventListener("keyup", (event) => event.key === " " && showOriginal(false));
dialog.addEventListener("close", () => { showOriginal(false); before.removeAttribute("src"); after.removeAttribute("src"); });
wipe.addEventListener("input", () => setWipe(wipe.value));
by("close").onclick = () => dialog.close();
by("previous").onclick = () => step(-1);
by("next").onclick = () => step(1);
by("fit").onclick = fit;
by("full").onclick = fullSize;
by("less").onclick = () => zoom(0.8);
by("more").onclick = () => zoom(1.25);
by("glass").onclick = toggleLoupe;
addEventListener("resize", () => dialog.open && fit());

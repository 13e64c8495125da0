// A photo's line in the list.
import { size } from "./photo.js";

export function makeRow(photo, { open, retry, remove }) {
  const row = document.getElementById("row").content.firstElementChild.cloneNode(true);
  const part = (name) => row.querySelector(`.${name}`);
  const image = row.querySelector("img");
  image.src = photo.before;
  image.onerror = () => image.removeAttribute("src"); // a kind that this browser cannot show
  part("name").textContent = photo.file.name;
  part("remove").setAttribute("aria-label", `Remove ${photo.file.name}`);
  part("open").setAttribute("aria-label", `Compare ${photo.file.name}`);
  part("compare").onclick = part("open").onclick = () => open(photo);
  part("retry").onclick = () => retry(photo);
  part("remove").onclick = () => { row.remove(); remove(photo); };
  const bar = row.querySelector("progress");
  bar.setAttribute("aria-label", `Progress of ${photo.file.name}`);

  function draw() {
    const done = photo.state === "done";
    row.className = photo.state;
    part("state").textContent = done ? `${size(photo.file.size)} → ${photo.text}` : photo.text;
    bar.value = photo.share;
    part("open").disabled = part("compare").hidden = part("download").hidden = !done;
    part("open").disabled = !done;
    part("retry").hidden = photo.state !== "wrong";
    if (done) Object.assign(part("download"), { href: photo.result.url, download: photo.result.name });
  }
  photo.addEventListener("change", draw);
  draw();
  return row;
}

// The HTTP API, with patience: what may pass is tried again when the service says so.

let key = "";
export const useKey = (value) => { key = value.trim(); };

export class Refused extends Error {
  constructor(status, problem) {
    super(problem.detail || "The service did not say why.");
    Object.assign(this, { status, code: problem.code, picture: problem.picture });
  }
}

const headers = () => (key ? { Authorization: `Bearer ${key}` } : {});
const pause = (seconds, signal) => new Promise((resolve, reject) => {
  const timer = setTimeout(resolve, seconds * 1000);
  signal?.addEventListener("abort", () => { clearTimeout(timer); reject(signal.reason); }, { once: true });
});

async function refusal(status, body) {
  try { return new Refused(status, JSON.parse(body)); } catch { return new Refused(status, {}); }
}

// `attempt` -> {status, retryAfter, body()}; asks again where the service is busy, or the network away.
async function patiently(attempt, signal, waiting = () => {}) {
  for (let tries = 0; ; tries += 1) {
    signal?.throwIfAborted();
    let answer;
    try { answer = await attempt(); } catch (error) {
      if (signal?.aborted) throw error;
      waiting(navigator.onLine ? "The service does not answer; trying again…" : "You are offline; it goes on when you are back.");
      await pause(Math.min(2 + tries * 2, 15), signal);
      continue;
    }
    if (answer.status < 400) return answer;
    if (answer.status !== 429 && answer.status !== 503) throw await refusal(answer.status, await answer.text());
    const seconds = Math.min(Number(answer.retryAfter) || 5, 60);
    const text = await answer.text();
    if (text.includes("quota-exceeded")) throw await refusal(answer.status, text);
    waiting(`The service is busy; trying again in ${seconds} s…`);
    await pause(seconds, signal);
  }
}

export async function get(path, { signal, waiting } = {}) {
  return patiently(async () => {
    const answer = await fetch(path, { headers: headers(), signal, cache: "no-store" });
    return { status: answer.status, retryAfter: answer.headers.get("Retry-After"), text: () => answer.text(), json: () => answer.json(), blob: () => answer.blob() };
  }, signal, waiting);
}

// fetch cannot tell how far an upload is
export async function upload(path, file, { signal, progress, waiting }) {
  const answer = await patiently(() => new Promise((resolve, reject) => {
    const request = new XMLHttpRequest();
    const abort = () => request.abort();
    request.open("POST", path);
    for (const [name, value] of Object.entries(headers())) request.setRequestHeader(name, value);
    request.setRequestHeader("Content-Type", "application/octet-stream");
    request.upload.onprogress = (event) => event.lengthComputable && progress(event.loaded / event.total);
    request.onload = () => resolve({ status: request.status, retryAfter: request.getResponseHeader("Retry-After"), text: async () => request.responseText });
    request.onerror = () => reject(new Error("network"));
    request.onabort = () => reject(signal.reason);
    request.onloadend = () => signal.removeEventListener("abort", abort);
    signal.addEventListener("abort", abort);
    request.send(file);
  }), signal, waiting);
  return JSON.parse(await answer.text());
}

export const cancel = (id) => fetch(`/v1/jobs/${id}`, { method: "DELETE", headers: headers(), keepalive: true }).catch(() => {});

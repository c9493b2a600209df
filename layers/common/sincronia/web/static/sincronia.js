"use strict";

// Pages work without this. With it, forms are sent without losing what was typed, what is at work is drawn again, and
// what is long to choose by hand is chosen at once.
const said = document.querySelector(".said");
let fading;

function say(sentence, failed) {
  said.textContent = sentence;
  said.classList.toggle("bad", failed);
  said.classList.add("shown");
  clearTimeout(fading);
  fading = setTimeout(() => said.classList.remove("shown"), 8000);
}

// Forms

function forget(form) {
  form.querySelectorAll("[aria-invalid]").forEach((field) => field.removeAttribute("aria-invalid"));
  form.querySelectorAll(".wrong").forEach((note) => note.remove());
}

function fieldOf(form, name) {
  const plain = name.replaceAll(".", "/");
  return [...form.elements].find((field) => field.type !== "hidden" && field.name?.replace(/\.[a-z]+$/, "") === plain);
}

function refuse(form, problem) {
  const note = document.createElement("div");
  note.className = "note bad wrong";
  note.setAttribute("role", "alert");
  let detail = problem.detail;
  for (const name of [problem.field, ...(problem.errors ?? []).map((error) => error.field)].filter(Boolean)) {
    const field = fieldOf(form, name);
    field?.setAttribute("aria-invalid", "true");
    const label = field?.labels?.[0]?.textContent.trim();
    if (label) detail = detail.replaceAll(`${name}: `, `${label}: `);
  }
  const title = document.createElement("p");
  title.append(Object.assign(document.createElement("strong"), { textContent: `${problem.title}. ` }), detail);
  note.append(title);
  form.prepend(note);
  (form.querySelector("[aria-invalid]") ?? note).scrollIntoView({ block: "nearest" });
  form.querySelector("[aria-invalid]")?.focus();
}

async function send(form, button) {
  const sent = new FormData(form, button);
  const answer = await fetch(button.getAttribute("formaction") ?? form.action, {
    method: "POST",
    body: new URLSearchParams(sent),
    headers: { Accept: "application/json" },
  });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    if (answer.status === 401) return location.reload();
    button.disabled = false;
    return refuse(form, body.title ? body : { title: "Sem resposta", detail: "O Sincronia não respondeu. Tente de novo em instantes." });
  }
  if (form.dataset.done !== undefined) {
    if (body.problem) {
      button.disabled = false;
      return refuse(form, { title: `${form.dataset.done}, mas ainda não basta`, detail: body.problem.detail });
    }
    button.textContent = form.dataset.done;
    return say(form.dataset.done, false);
  }
  const next = new URL(sent.get("next") || body.url || location.href, location.href);
  if (next.origin !== location.origin || next.href === location.href) return location.reload();
  location.assign(next);
}

document.addEventListener("submit", (event) => {
  const form = event.target;
  if (form.dataset.sent === undefined) return;
  event.preventDefault();
  const button = event.submitter ?? form.querySelector("button");
  if (button.disabled) return;
  forget(form);
  const sending = send(form, button);
  button.disabled = true;
  sending.catch(() => {
    button.disabled = false;
    say("Sem resposta: confira a sua rede e tente de novo.", true);
  });
});

// What is at work: its parts are drawn again, less and less often, until none is marked any more.

let waiting = 2000;

// A part's HTML without the keys of its forms, which are new each time.
function drawn(part) {
  return part.outerHTML.replace(/name="idempotency_key" value="[^"]*"/g, "");
}

async function drawAgain() {
  if (document.hidden) return;
  const answer = await fetch(location.href, { headers: { Accept: "text/html" } });
  if (answer.redirected) return location.reload(); // the session is over
  if (!answer.ok) return;
  const now = new DOMParser().parseFromString(await answer.text(), "text/html");
  for (const part of document.querySelectorAll("[data-live]")) {
    const fresh = now.getElementById(part.id);
    if (!fresh || drawn(fresh) === drawn(part) || part.contains(document.activeElement)) continue;
    if (fresh.textContent !== part.textContent) waiting = 2000;
    part.replaceWith(document.adoptNode(fresh));
    if (fresh.dataset.leads) return location.assign(fresh.dataset.leads);
    if (fresh.dataset.live === undefined) say(fresh.dataset.ended || "Concluído.", false);
  }
}

function keepDrawing() {
  if (!document.querySelector("[data-live]")) return;
  setTimeout(() => drawAgain().catch(() => {}).finally(keepDrawing), waiting);
  waiting = Math.min(waiting * 1.5, 30000);
}

keepDrawing();

// Small helps

document.addEventListener("click", async (event) => {
  const button = event.target.closest("[data-copy]");
  if (!button) return;
  await navigator.clipboard.writeText(document.querySelector(button.dataset.copy).textContent.trim());
  say("Copiado.", false);
});

document.addEventListener("change", (event) => {
  const all = event.target.closest("[data-all]");
  if (!all) return;
  for (const box of all.form.elements) if (box.type === "checkbox" && box.name === all.dataset.all) box.checked = all.checked;
});

document.querySelectorAll("[data-scripted]").forEach((part) => part.removeAttribute("hidden"));
document.querySelectorAll(".tabs [aria-current]").forEach((tab) => tab.scrollIntoView({ block: "nearest", inline: "center" }));

document.addEventListener("change", (event) => {
  if (event.target.dataset.submits !== undefined && event.target.value) event.target.form.requestSubmit();
});

// Passwords: each rule changes its colour and its word while one is typed

async function checkRules(box, input) {
  const names = input.form ?? document.createElement("form");
  const sent = new URLSearchParams({
    form_token: document.querySelector("input[name=form_token]").value,
    "password.text": input.value,
    "login.text": names.elements.login?.value ?? "",
    "name.text": names.elements.name?.value ?? "",
  });
  const answer = await fetch(box.dataset.rules, { method: "POST", body: sent, headers: { Accept: "application/json" } });
  if (!answer.ok || sent.get("password.text") !== input.value) return;
  const { rules } = await answer.json();
  for (const rule of rules) {
    const line = box.querySelector(`[data-rule="${rule.rule}"]`);
    if (!line) continue;
    line.className = rule.kept ? "good" : "bad";
    line.querySelector(".state").textContent = rule.kept ? "Cumprida" : "Falta";
  }
  const left = rules.filter((rule) => !rule.kept).length;
  box.querySelector("[data-summary]").textContent =
    left ? `Regras da senha que faltam: ${left}.` : "A senha cumpre as regras.";
}

for (const box of document.querySelectorAll("[data-rules]")) {
  const input = box.querySelector("input");
  const first = box.querySelector(".rules").innerHTML;
  let pause;
  const typed = () => {
    clearTimeout(pause);
    if (input.value) pause = setTimeout(() => checkRules(box, input).catch(() => {}), 250);
    else box.querySelector(".rules").innerHTML = first;
  };
  input.addEventListener("input", typed);
  for (const name of ["login", "name"]) input.form?.elements[name]?.addEventListener("input", () => input.value && typed());
}

// Maps: coordinates that are typed move the point, and a click fills them in

for (const map of document.querySelectorAll("[data-map]")) {
  const [latitude, longitude] = ["latitude", "longitude"].map((name) =>
    document.querySelector(`input[type=number][name="geolocation/${name}.json"]`),
  );
  if (!latitude) continue;
  const { west, north, scale } = Object.fromEntries(Object.entries(map.dataset).map(([name, text]) => [name, Number(text)]));
  const drawing = map.querySelector("svg");
  const move = () => {
    if (latitude.value === "" || longitude.value === "") return;
    const point = map.querySelector("[data-point]");
    point.setAttribute("cx", (Number(longitude.value) - west) * scale);
    point.setAttribute("cy", (north - Number(latitude.value)) * scale);
  };
  for (const field of [latitude, longitude]) field.addEventListener("input", move);
  map.classList.add("picking");
  drawing.addEventListener("click", (event) => {
    const at = new DOMPoint(event.clientX, event.clientY).matrixTransform(drawing.getScreenCTM().inverse());
    latitude.value = (north - at.y / scale).toFixed(4);
    longitude.value = (west + at.x / scale).toFixed(4);
    move();
  });
}

// Files for S3: it gets the file itself, by a form that is signed for it

async function upload(form, button) {
  const input = form.querySelector("input[type=file]");
  const [file] = input.files;
  if (file.size > Number(form.dataset.upload)) {
    button.disabled = false;
    return refuse(form, { title: "Arquivo grande demais", detail: `Escolha um de até ${form.dataset.upload / 2 ** 20} MB.` });
  }
  const asked = new URLSearchParams(new FormData(form));
  asked.set("file", file.name.slice(-200));
  const answer = await fetch(form.action, { method: "POST", body: asked, headers: { Accept: "application/json" } });
  const body = await answer.json().catch(() => ({}));
  if (!answer.ok) {
    button.disabled = false;
    return refuse(form, body.title ? body : { title: "Sem resposta", detail: "O Sincronia não respondeu. Tente de novo em instantes." });
  }
  const signed = Object.assign(document.createElement("form"), { method: "post", enctype: "multipart/form-data", action: body.url, hidden: true });
  for (const [name, value] of Object.entries(body.fields)) {
    signed.append(Object.assign(document.createElement("input"), { type: "hidden", name, value }));
  }
  const sent = input.cloneNode();
  sent.files = input.files;
  sent.name = "file";
  signed.append(sent);
  document.body.append(signed);
  say("Enviando o arquivo…", false);
  signed.submit();
}

for (const form of document.querySelectorAll("form[data-upload]")) {
  for (const part of form.querySelectorAll("[data-unscripted]")) part.remove();
  form.querySelector("input[type=file]").required = true;
  form.addEventListener("submit", (event) => {
    event.preventDefault();
    const button = form.querySelector("button");
    if (button.disabled) return;
    forget(form);
    button.disabled = true;
    upload(form, button).catch(() => {
      button.disabled = false;
      say("Sem resposta: confira a sua rede e tente de novo.", true);
    });
  });
}

// The page of the example PACS. Requests a link from its own server and opens it in a frame. The
// page has no credential.
"use strict";

const INTERVAL = 3000;
const STUDIES = [
  { patient: "Lindqvist, A.", what: "CT chest", uid: "1.2.826.0.1.3680043.8.498.1001" },
  { patient: "Okafor, B.", what: "MR brain", uid: "1.2.826.0.1.3680043.8.498.1002" },
  { patient: "Tanaka, C.", what: "XR hand", uid: "1.2.826.0.1.3680043.8.498.1003" },
];
const $ = (id) => document.getElementById(id);
let readers = new Map();

async function call(path, body) {
  const answer = await fetch(path, body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.detail || `The PACS did not get an answer from AutoScribe (${answer.status}).`);
  return json;
}

async function showReaders() {
  const { users } = await call("/pacs/readers");
  const names = users.map((user) => [user.userId, `${user.lastName}, ${user.firstName}`]);
  $("no-readers").hidden = users.length > 0;
  // An unchanged list stays as it is, because someone may be choosing from it.
  if (JSON.stringify(names) === JSON.stringify([...readers])) return;
  readers = new Map(names);
  const option = ([value, textContent]) => Object.assign(document.createElement("option"), { value, textContent });
  const chosen = $("reader").value;
  $("reader").replaceChildren(...names.map(option));
  if (readers.has(chosen)) $("reader").value = chosen;
}

async function openStudy(study, dictate) {
  if (!$("reader").value) throw new Error("Choose a reader first.");
  const { url } = await call("/pacs/open", { userId: $("reader").value, studyInstanceUid: study.uid, dictate });
  // A frame does not reload if only the part after the # changes.
  const frame = $("frame").cloneNode();
  frame.src = url;
  frame.hidden = false;
  $("frame").replaceWith(frame);
  $("empty").hidden = true;
  await showViews();
}

async function showViews() {
  const { access } = await call("/pacs/views");
  showRows($("views"), access.map(viewRow));
  $("no-views").hidden = access.length > 0;
}

function viewRow(view) {
  const uid = view.study && view.study.studyInstanceUid;
  const study = STUDIES.find((one) => one.uid === uid);
  const title = study ? nameOf(study) : uid || view.retrievalId || "Study";
  const reader = readers.get(view.userId);
  return {
    key: view.accessId,
    title,
    detail: [reader, view.status, view.mode].filter(Boolean).join(", "),
    actions: [["End", () => call("/pacs/end", { accessId: view.accessId }).then(showViews)]],
  };
}

const nameOf = (study) => `${study.patient} · ${study.what}`;

// Updates the rows in place, by key. A row that stays is never moved or replaced, so that it keeps the focus. When
// the row with the focus goes, the next one gets it.
function showRows(list, rows) {
  const keys = rows.map(({ key }) => key);
  const hadFocus = list.contains(document.activeElement);
  const next = hadFocus && neighborOf(document.activeElement.closest("li"), keys);
  for (const item of [...list.children]) if (!keys.includes(item.dataset.key)) item.remove();
  let place = list.firstElementChild;
  for (const row of rows) {
    if (place && place.dataset.key === row.key) {
      write(place, row);
      place = place.nextElementSibling;
    } else {
      list.insertBefore(makeItem(row), place);
    }
  }
  if (hadFocus && !list.contains(document.activeElement)) (next ? next.querySelector("button") : $("views-title")).focus();
}

function neighborOf(item, keys) {
  const stays = (one) => keys.includes(one.dataset.key);
  const items = [...item.parentElement.children];
  const at = items.indexOf(item);
  return items.slice(at).find(stays) || items.slice(0, at).findLast(stays);
}

function makeItem(row) {
  const item = document.createElement("li");
  const text = document.createElement("div");
  text.append(document.createElement("strong"), document.createElement("br"), document.createElement("span"));
  item.dataset.key = row.key;
  item.append(text, ...row.actions.map(([name, act]) => makeButton(name, row.title, act)));
  write(item, row);
  return item;
}

function makeButton(name, title, act) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
  button.append(Object.assign(document.createElement("span"), { className: "visually-hidden", textContent: ` ${title}` }));
  button.addEventListener("click", () => attempt(act));
  return button;
}

function write(item, { title, detail }) {
  setText(item.querySelector("strong"), title);
  setText(item.querySelector("div > span"), detail);
}

function setText(element, text) {
  if (element.textContent !== text) element.textContent = text;
}

// The problem of an action stays until the next action. A refresh hides only its own.
async function attempt(act, from = "action") {
  const problem = $("problem");
  try {
    await act();
    if (from === "action" || problem.dataset.from === from) problem.hidden = true;
  } catch (error) {
    if (from !== "action" && !problem.hidden) return;
    setText(problem, error.message);
    problem.dataset.from = from;
    problem.hidden = false;
  }
}

const refresh = (show) => attempt(show, "refresh");

showRows($("studies"), STUDIES.map((study) => ({
  key: study.uid,
  title: nameOf(study),
  detail: study.uid,
  actions: [["Dictate", () => openStudy(study, true)], ["View only", () => openStudy(study, false)]],
})));
refresh(showReaders).then(() => refresh(showViews));
setInterval(() => refresh(showViews), INTERVAL);
addEventListener("focus", () => refresh(showReaders));

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

async function call(path, body) {
  const answer = await fetch(path, body && { method: "POST", headers: { "content-type": "application/json" }, body: JSON.stringify(body) });
  const json = await answer.json().catch(() => ({}));
  if (!answer.ok) throw new Error(json.detail || `The PACS did not get an answer from AutoScribe (${answer.status}).`);
  return json;
}

async function showReaders() {
  const { users } = await call("/pacs/readers");
  const option = (user) => Object.assign(document.createElement("option"), { value: user.userId, textContent: `${user.lastName}, ${user.firstName}` });
  const chosen = $("reader").value;
  $("reader").replaceChildren(...users.map(option));
  if (chosen) $("reader").value = chosen;
  $("no-readers").hidden = users.length > 0;
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
  const row = (view) => item(`${view.status}, ${view.mode}`, view.study ? view.study.studyInstanceUid : view.retrievalId, [
    ["End", () => call("/pacs/end", { accessId: view.accessId }).then(showViews)],
  ]);
  const none = Object.assign(document.createElement("li"), { textContent: "None.", className: "quiet" });
  $("views").replaceChildren(...(access.length ? access.map(row) : [none]));
}

function item(title, detail, actions) {
  const li = document.createElement("li");
  const text = document.createElement("div");
  text.append(Object.assign(document.createElement("strong"), { textContent: title }), document.createElement("br"), detail);
  li.append(text, ...actions.map(([name, act]) => {
    const button = Object.assign(document.createElement("button"), { type: "button", textContent: name });
    button.addEventListener("click", () => attempt(act));
    return button;
  }));
  return li;
}

async function attempt(act) {
  try {
    await act();
    $("problem").hidden = true;
  } catch (error) {
    $("problem").textContent = error.message;
    $("problem").hidden = false;
  }
}

$("studies").replaceChildren(...STUDIES.map((study) => item(`${study.patient} · ${study.what}`, study.uid, [
  ["Dictate", () => openStudy(study, true)],
  ["View only", () => openStudy(study, false)],
])));
attempt(showReaders);
attempt(showViews);
setInterval(() => attempt(showViews), INTERVAL);
addEventListener("focus", () => attempt(showReaders));

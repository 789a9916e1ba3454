(() => {
  // Answers come in the order in which they were asked for. Gradio lets two requests of one handler be on their way at
  // once (the second goes out before the first counts as sent), and draws what comes last: on a busy server now and then
  // the older answer, which then stands for ever. Here a request waits until its handler's last answer has come. Where an
  // answer is long in coming, the page says that it is being waited for.
  const ssti = (window.ssti = window.ssti || {});
  if (ssti.last) return;
  const LONG = 4000; // ms until an answer is long in coming
  const LINE = "waiting"; // the id of what says it
  ssti.last = new Map(); // of each handler, its last answer as a promise

  const handler = (resource, options) => {
    const url = resource instanceof Request ? resource.url : String(resource);
    if (!url.includes("/run/") || typeof options?.body !== "string") return null;
    return options.body.match(/"fn_index": ?(\d+)/)?.[1] ?? null; // what a person typed stands there as \"fn_index\"
  };

  let late = 0; // answers that are long in coming
  function more(number) {
    late += number;
    if (!late) return document.getElementById(LINE)?.remove();
    if (document.getElementById(LINE)) return;
    const words = tr("The server is busy. Your answer is on its way.");
    const line = Object.assign(document.createElement("p"), { id: LINE, textContent: words });
    line.setAttribute("role", "status");
    document.body.append(line);
  }
  function watch(answer) {
    let told = false;
    const timer = setTimeout(() => ((told = true), more(1)), LONG);
    const end = () => (clearTimeout(timer), told && more(-1));
    answer.then(end, end);
  }

  const fetched = window.fetch;
  window.fetch = (resource, options) => {
    const asked = handler(resource, options);
    if (asked === null) return fetched(resource, options);
    const answer = (ssti.last.get(asked) ?? Promise.resolve()).then(() => fetched(resource, options));
    watch(answer);
    ssti.last.set(asked, answer.then((response) => response.clone().arrayBuffer()).catch(() => {}));
    return answer;
  };
})();

(() => {
  // The words of these scripts in the page's language: `tr("Copied, without {parts}", {parts})`. The first script of all.
  const { language, words } = JSON.parse(document.getElementById("ssti-language").textContent);
  document.documentElement.lang = language;
  // Gradio has words of its own (an upload's, a broken connection's), and asks the browser for their language.
  Object.defineProperty(navigator, "language", { get: () => language });
  window.tr = (text, values = {}) => (words[text] || text).replace(/\{(\w+)\}/g, (field, name) => values[name] ?? field);
})();

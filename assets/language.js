(() => {
  // The words of these scripts in the page's language: `tr("Copied, without {parts}", {parts})`. The first script of all.
  const { language, words } = JSON.parse(document.getElementById("ssti-language").textContent);
  document.documentElement.lang = language;
  window.tr = (text, values = {}) => (words[text] || text).replace(/\{(\w+)\}/g, (field, name) => values[name] ?? field);
})();

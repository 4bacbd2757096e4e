/* A plain sentence instead of a blank page where the browser is too old. Written for such browsers: no new syntax. */
(function () {
  var missing = [];
  function need(name, there) {
    if (!there) missing.push(name);
  }
  need('WebAssembly', typeof WebAssembly === 'object');
  need('modules', 'noModule' in document.createElement('script'));
  need('custom elements', 'customElements' in window);
  need('workers', 'Worker' in window && 'MessageChannel' in window);
  need(
    'light-dark() colours',
    window.CSS && CSS.supports && CSS.supports('color', 'light-dark(#fff, #000)'),
  );
  need(
    'current JavaScript',
    typeof [].toSorted === 'function' && window.URL && typeof URL.canParse === 'function',
  );
  if (missing.length === 0) return;
  var note = document.getElementById('too-old');
  note.textContent =
    'This browser is too old for the Kafka Sandbox (it lacks ' +
    missing.join(', ') +
    '). Please use Chrome or Edge 123, Firefox 120, Safari 17.5, or a later version.';
  note.hidden = false;
  var app = document.querySelector('ks-app');
  if (app) app.parentNode.removeChild(app);
})();

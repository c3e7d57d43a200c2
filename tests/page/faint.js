// Finds the text and the drawings that do not stand out enough from what is behind them, in both
// themes: https://www.w3.org/TR/WCAG22/#contrast-minimum. What is disabled need not.
async () => {
  const canvas = document.createElement("canvas").getContext("2d", { willReadFrequently: true });
  const known = new Map();

  const parsed = (colour) => {
    if (!known.has(colour)) {
      canvas.clearRect(0, 0, 1, 1);
      canvas.fillStyle = colour;
      canvas.fillRect(0, 0, 1, 1);
      const [red, green, blue, alpha] = canvas.getImageData(0, 0, 1, 1).data;
      known.set(colour, { parts: [red, green, blue], alpha: alpha / 255 });
    }
    return known.get(colour);
  };

  const over = (upper, lower) =>
    upper.parts.map((part, index) => part * upper.alpha + lower[index] * (1 - upper.alpha));

  const behind = (element) => {
    const layers = [];
    for (let at = element; at; at = at.parentElement) {
      const layer = parsed(getComputedStyle(at).backgroundColor);
      layers.push(layer);
      if (layer.alpha === 1) break;
    }
    return layers.reduceRight((below, layer) => over(layer, below), [255, 255, 255]);
  };

  const light = (parts) => {
    const [red, green, blue] = parts.map((part) => {
      const share = part / 255;
      return share <= 0.04045 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
    });
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
  };

  const contrast = (one, other) => {
    const [less, more] = [light(one), light(other)].sort((first, second) => first - second);
    return (more + 0.05) / (less + 0.05);
  };

  const opacity = (element) => {
    let product = 1;
    for (let at = element; at; at = at.parentElement)
      product *= Number(getComputedStyle(at).opacity);
    return product;
  };

  const isShown = (element) =>
    element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) &&
    !element.closest(":disabled, [inert], .unseen, .skip, .md-spoiler, option") &&
    element.getClientRects().length > 0;

  const measured = (element, colour, words, needed) => {
    const below = behind(element);
    const { parts, alpha } = parsed(colour);
    const seen = over({ parts, alpha: alpha * opacity(element) }, below);
    const ratio = contrast(seen, below);
    if (ratio >= needed - 0.01) return null;
    const theme = document.documentElement.dataset.theme;
    const where = `${element.tagName.toLowerCase()}.${element.getAttribute("class")}`;
    return `${theme}: ${ratio.toFixed(2)} of ${needed} in ${where}: ${words.slice(0, 40)}`;
  };

  const needed = (style) => {
    const size = parseFloat(style.fontSize);
    return size >= 24 || (size >= 18.66 && Number(style.fontWeight) >= 700) ? 3 : 4.5;
  };

  const texts = () => {
    const found = [];
    const walker = document.createTreeWalker(document.body, NodeFilter.SHOW_TEXT);
    while (walker.nextNode()) {
      const element = walker.currentNode.parentElement;
      const words = walker.currentNode.data.trim();
      if (!/[\p{L}\p{N}\p{P}]/u.test(words) || !isShown(element)) continue;
      const style = getComputedStyle(element);
      found.push(measured(element, style.color, words, needed(style)));
    }
    return found;
  };

  const fields = () =>
    [...document.querySelectorAll("input, textarea")].filter(isShown).flatMap((field) => {
      const style = getComputedStyle(field);
      const empty = getComputedStyle(field, "::placeholder").color;
      return [
        measured(field, style.color, "what is written", needed(style)),
        field.placeholder && measured(field, empty, field.placeholder, needed(style)),
      ];
    });

  const drawings = () =>
    [...document.querySelectorAll("button svg, a svg")]
      .filter(isShown)
      .map((svg) => measured(svg, getComputedStyle(svg).color, "a drawing", 3));

  const painted = () =>
    new Promise((done) => requestAnimationFrame(() => requestAnimationFrame(done)));

  const before = document.documentElement.dataset.theme;
  const found = [];
  for (const theme of ["dark", "light"]) {
    document.documentElement.dataset.theme = theme;
    await painted();
    found.push(...texts(), ...fields(), ...drawings());
  }
  if (before) document.documentElement.dataset.theme = before;
  else delete document.documentElement.dataset.theme;
  return [...new Set(found.filter(Boolean))];
}

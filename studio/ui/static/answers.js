// What the model in training answers to the same few prompts, check after check.
(() => {
  const node = (tag, className, text) => {
    const made = document.createElement(tag);
    if (className) made.className = className;
    if (text !== undefined) made.textContent = text;
    return made;
  };
  const line = (name, text, className) => {
    const made = node("p", className);
    made.append(node("b", "", name), document.createTextNode(text));
    return made;
  };

  // An element, hidden until take(event) has been given the first answers.
  window.studioAnswers = (words) => {
    const element = node("section", "fs-answers");
    element.hidden = true;
    const seen = [];
    const at = (event) => (event.step ? words.says.replace("{step}", event.step.toLocaleString("en")) : words.says_base);
    const draw = () => {
      const last = seen.at(-1);
      const open = [...element.querySelectorAll("details")].map((fold) => fold.open);
      element.replaceChildren(node("h3", "", words.answers));
      element.hidden = false;
      last.answers.forEach((one, number) => {
        const box = node("div", "fs-answer");
        box.append(line(words.asked, one.asked, "fs-asked"), line(words.wanted, one.wanted), line(at(last), one.said || words.silent, "fs-said"));
        const before = seen.slice(0, -1).reverse();
        if (before.length) {
          const fold = node("details");
          fold.open = open[number] ?? false;
          fold.append(node("summary", "", words.earlier));
          for (const event of before) fold.append(line(at(event), event.answers[number]?.said || words.silent));
          box.append(fold);
        }
        element.append(box);
      });
    };
    const take = (event) => {
      if (!event.answers.length) return;
      seen.push(event);
      draw();
    };
    return { element, take };
  };
})();

/// Keeps an open page current. Without it the page is made anew by the browser itself.
enum PageScript {
  /// The script. It asks for the page that is shown and puts its middle in place of the old one;
  /// what was unfolded stays so, and nobody's selection is taken away.
  static let js = """
    "use strict";
    (() => {
      let isAsking = false;

      function put(fresh) {
        const old = document.querySelector("main");
        for (const open of old.querySelectorAll("details[open]")) {
          const same = fresh.querySelector(`details[id="${open.id}"]`);
          if (same) same.open = true;
        }
        old.replaceWith(fresh);
      }

      async function refresh() {
        const isReading = !window.getSelection().isCollapsed ||
          document.querySelector("main").contains(document.activeElement);
        if (document.hidden || isAsking || isReading) return;
        isAsking = true;
        try {
          const answer = await fetch(location.pathname + location.search);
          if (!answer.ok) throw new Error(String(answer.status));
          const next = new DOMParser().parseFromString(await answer.text(), "text/html");
          put(next.querySelector("main"));
          document.querySelector("footer").replaceWith(next.querySelector("footer"));
          document.title = next.title;
          document.getElementById("stale").hidden = true;
        } catch {
          document.getElementById("stale").hidden = false;
        } finally {
          isAsking = false;
        }
      }

      const seconds = Number(document.querySelector("main").dataset.refreshSeconds) || 10;
      setInterval(refresh, seconds * 1000);
      document.addEventListener("visibilitychange", refresh);
    })();

    """
}

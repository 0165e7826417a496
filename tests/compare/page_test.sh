#!/bin/bash
# The report in a real browser: it loads nothing, everything is drawn, and nothing is wider
# than a narrow window.
set -euo pipefail
# shellcheck source=tests/skip.sh
. "$LOCKSTEP_SOURCE/tests/skip.sh"
command -v chromium >/dev/null || skip page "chromium is not installed"
command -v gnuplot >/dev/null || skip page "gnuplot is not installed"
# shellcheck source=tests/job.sh
. "$LOCKSTEP_SOURCE/tests/job.sh"
make_data

cat >"$work/schedules" <<'END'
<constant> & "more": constant
`touch shell` 'falling': linear(1, 0)
END
cd "$work" # where what a shell was handed would leave its file
"$LOCKSTEP" compare --schedules "$work/schedules" --seeds 1..3 --epochs 2 --lr 0.1,1e30 \
  --holdout 100 --data "$work/data" --out "$work/out" -- --hidden 12 >/dev/null 2>&1
page=$work/out/report.html
[[ ! -e shell ]] || fail "a name was handed to a shell"

! grep -qE '(src|href)="?(https?:|//)|@import|url\(' "$page" ||
  fail "the page refers to something outside"
[[ $(grep -c '<svg' "$page") -eq 7 ]] || fail "seven pictures expected"
[[ -z $(grep -oE ' id="[^"]*"' "$page" | sort | uniq -d) ]] || fail "an id stands twice"

# What the browser makes of it, with a script that looks for itself.
cat >"$work/probe.js" <<'END'
const wide = document.documentElement.scrollWidth > innerWidth;
const flat = [...document.querySelectorAll("svg")].filter(
  s => s.getBoundingClientRect().height < 50 || !s.querySelector("path")).length;
const rows = document.querySelectorAll("tbody tr").length;
const name = document.querySelector("tr.baseline td.text").textContent;
document.title = `wide=${wide} flat=${flat} rows=${rows} name=${name}`;
END
{
  sed 's|</body>||; s|</html>||' "$page"
  echo "<script>"
  cat "$work/probe.js"
  echo "</script></body></html>"
} >"$work/probe.html"
for width in 1280 500; do
  chromium --headless --no-sandbox --disable-gpu --user-data-dir="$work/browser" \
    --no-first-run --disable-background-networking --disable-component-update \
    --disable-sync --disable-quic --window-size="$width,900" --dump-dom "file://$work/probe.html" >"$work/dom" 2>/dev/null ||
    skip page "chromium does not start here"
  title=$(sed -n 's/.*<title>\(wide=.*\)<\/title>.*/\1/p' "$work/dom" | head -n 1)
  [[ $title == 'wide=false flat=0 rows=4 name=&lt;constant&gt; &amp; "more"' ]] ||
    fail "at $width pixels the browser found '$title'"
done

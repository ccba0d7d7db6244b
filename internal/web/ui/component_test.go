// SPDX-License-Identifier: EUPL-1.2

package ui_test

import (
	"context"
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"
	"github.com/andybalholm/cascadia"
	"golang.org/x/net/html"

	"iolaus/internal/web/ui"
)

func parse(t testing.TB, c templ.Component) *html.Node {
	t.Helper()
	return parseIn(context.Background(), t, c)
}

func parseIn(ctx context.Context, t testing.TB, c templ.Component) *html.Node {
	t.Helper()
	var b strings.Builder
	if err := c.Render(ctx, &b); err != nil {
		t.Fatal(err)
	}
	n, err := html.Parse(strings.NewReader(b.String()))
	if err != nil {
		t.Fatal(err)
	}
	return n
}

func all(n *html.Node, selector string) []*html.Node {
	return cascadia.QueryAll(n, cascadia.MustCompile(selector))
}

func words(n *html.Node) string {
	var b strings.Builder
	var walk func(*html.Node)
	walk = func(n *html.Node) {
		if n.Type == html.TextNode {
			b.WriteString(n.Data)
		}
		for c := range n.ChildNodes() {
			walk(c)
		}
	}
	walk(n)
	return b.String()
}

func attr(n *html.Node, key string) string {
	for _, a := range n.Attr {
		if a.Key == key {
			return a.Val
		}
	}
	return ""
}

func TestAddressIsNeverALink(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{"hxxps://live[.]halcyon-weather[.]test/posts/5521", "hxxps://live[.]halcyon-weather[.]test/posts/5521"},
		{"live[.]halcyon-weather[.]test", "live[.]halcyon-weather[.]test"},
		{"https://live.halcyon-weather.test/a", "hxxps://live[.]halcyon-weather[.]test/a"}, // not defanged by the caller: defanged here
		{"http://tram.test", "hxxp://tram[.]test"},
		{"desk@tram.test", "desk[@]tram[.]test"},
		{"desk[@]tram[.]test", "desk[@]tram[.]test"},
		{"tram[.]test/\u202egpj", "tram[.]test/U+202Egpj"},
		{"tram\u200b[.]test", "tramU+200B[.]test"},
		{"<script>alert(1)</script>[.]test", "<script>alert(1)</script>[.]test"},
		{"tram[.]test/\xff\ufffd", "tram[.]test/U+FFFDU+FFFD"},
		{"", ""},
	} {
		n := parse(t, ui.Address{Defanged: c.in, Real: "https://tram.test/"})
		if got := words(all(n, "bdi.addr")[0]); got != c.want {
			t.Errorf("Address(%q) reads %q, want %q", c.in, got, c.want)
		}
		if len(all(n, "a")) > 0 || len(all(n, "script")) > 0 {
			t.Errorf("Address(%q) has a link or a script", c.in)
		}
		if got := attr(all(n, "button.copy")[0], "data-copy"); got != "https://tram.test/" {
			t.Errorf("copy button carries %q", got)
		}
	}
	long := parse(t, ui.Address{Defanged: "tram[.]test/123456789", Max: 4})
	if got, rest := words(long), all(long, ".addr .full"); got != "tram[.]test/123…456789" || len(rest) != 1 || words(rest[0]) != "456789" || words(all(long, ".addr .short")[0]) != "…" {
		t.Errorf("a long path is cut to %q, its rest for paper in %d parts", got, len(rest))
	}
}

func FuzzAddress(f *testing.F) {
	f.Add("hxxps://live[.]halcyon-weather[.]test/posts/5521?a=b#c")
	f.Add("\"><img src=x onerror=alert(1)>@[.]\u202e\xff")
	f.Add("http://a.test")
	f.Fuzz(func(t *testing.T, s string) {
		n := parse(t, ui.Addr(s))
		for _, e := range all(n, "body *") {
			switch e.Data {
			case "bdi", "i", "wbr", "span":
			default:
				t.Fatalf("Address(%q) makes a <%s>", s, e.Data)
			}
		}
		text := words(n)
		if strings.Contains(text, "http://") || strings.Contains(text, "https://") {
			if i := strings.Index(text, "/"); i < 12 && i > 0 && strings.HasPrefix(text[i-1:], "://") {
				t.Fatalf("Address(%q) reads %q", s, text)
			}
		}
		if strings.ContainsAny(text, "\u202e\u202d\u2066\u200b\u0000") {
			t.Fatalf("Address(%q) hides something: %q", s, text)
		}
	})
}

func TestForeignTextShowsItsTricks(t *testing.T) {
	n := parse(t, ui.Paragraphs("fa", "می\u200cروم\u202eabc\n\nدوم"))
	if got := len(all(n, "p")); got != 2 {
		t.Errorf("%d paragraphs, want 2", got)
	}
	if got := words(all(n, "p")[0]); !strings.Contains(got, "می\u200cروم") || !strings.Contains(got, "U+202E") {
		t.Errorf("a joiner must stay and an override be shown: %q", got)
	}
	if d := all(n, "div")[0]; attr(d, "lang") != "fa" || attr(d, "dir") != "rtl" {
		t.Errorf("lang %q dir %q", attr(d, "lang"), attr(d, "dir"))
	}
}

func TestClock(t *testing.T) {
	start := time.Date(2026, 3, 12, 8, 0, 0, 0, time.UTC)
	clock := func(after time.Duration) ui.Clock {
		return ui.Clock{What: "RO-1", Now: start.Add(after), Started: start, Due: start.Add(time.Hour), Risk: 15 * time.Minute}
	}
	stopped := clock(30 * time.Minute)
	stopped.Stopped = start.Add(20 * time.Minute)
	late := clock(2 * time.Hour)
	late.Stopped = start.Add(61 * time.Minute)
	for _, c := range []struct {
		name        string
		clock       ui.Clock
		text, state string
		tone        ui.Tone
		bar, width  string
		runs        bool
	}{
		{"begun", clock(0), "01:00:00", "On time", ui.ToneOK, "bar", "0.0", true},
		{"in time", clock(44 * time.Minute), "00:16:00", "On time", ui.ToneOK, "bar", "73.3", true},
		{"at risk", clock(46 * time.Minute), "00:14:00", "At risk", ui.ToneWarn, "bar w", "76.7", true},
		{"the last second", clock(time.Hour), "00:00:00", "At risk", ui.ToneWarn, "bar w", "100.0", true},
		{"over", clock(time.Hour + 3*time.Minute), "+00:03:00", "Overdue", ui.ToneBad, "bar r", "100.0", true},
		{"stopped", stopped, "00:40:00", "Stopped with proof", ui.ToneOK, "bar o", "33.3", false},
		{"stopped late", late, "+00:01:00", "Stopped late", ui.ToneBad, "bar r", "100.0", false},
	} {
		n := parse(t, c.clock.Big())
		face := all(n, ".clock")[0]
		if got := words(face); got != c.text {
			t.Errorf("%s: shows %q, want %q", c.name, got, c.text)
		}
		if got := attr(face, "data-due") != ""; got != c.runs {
			t.Errorf("%s: ticks %v, want %v", c.name, got, c.runs)
		}
		if attr(face, "role") != "timer" || attr(face, "aria-live") != "off" {
			t.Errorf("%s: a clock must be a silent timer", c.name)
		}
		if s := c.clock.State(context.Background()); s.Word != c.state || s.Tone != c.tone {
			t.Errorf("%s: state %+v, want %q", c.name, s, c.state)
		}
		bar := all(parse(t, c.clock.Bar()), "svg")[0]
		if attr(bar, "class") != c.bar || attr(all(bar, "rect")[0], "width") != c.width {
			t.Errorf("%s: bar %q %q", c.name, attr(bar, "class"), attr(all(bar, "rect")[0], "width"))
		}
		if x := attr(all(bar, "line")[0], "x1"); x != "75.0" {
			t.Errorf("%s: notch at %s, want 75.0", c.name, x)
		}
	}
	t0 := ui.Clock{Now: start, Due: start.Add(-time.Minute), Prefix: "T−"}
	if got := words(parse(t, t0.Big())); got != "T−+00:01:00" {
		t.Errorf("an operation's clock after T0 shows %q", got)
	}
}

func TestSpansOfTime(t *testing.T) {
	ctx := context.Background()
	for d, want := range map[time.Duration]string{0: "00:00:00", 59 * time.Second: "00:00:59", 24*time.Hour - time.Second: "23:59:59", 24 * time.Hour: "24 h",
		71*time.Hour + 59*time.Minute: "71 h", 72 * time.Hour: "3 d", -90 * time.Second: "00:01:30"} {
		if got := ui.Left(ctx, d); got != want {
			t.Errorf("Left(%v) = %q, want %q", d, got, want)
		}
	}
	for d, want := range map[time.Duration]string{-time.Second: "0 s", 59 * time.Second: "59 s", time.Minute: "1 min", 59 * time.Minute: "59 min", time.Hour: "1 h", 48 * time.Hour: "2 d"} {
		if got := ui.Age(ctx, d); got != want {
			t.Errorf("Age(%v) = %q, want %q", d, got, want)
		}
	}
	for n, want := range map[int]string{0: "0", 999: "999", 1000: "1\u202f000", 1234567: "1\u202f234\u202f567", -1000: "-1\u202f000", -100: "-100"} {
		if got := ui.Thousands(n); got != want {
			t.Errorf("Thousands(%d) = %q, want %q", n, got, want)
		}
	}
}

func TestLegalActHasNoKey(t *testing.T) {
	n := parse(t, ui.Button{Text: "Approve and send", Key: "a", Legal: true, Submit: true})
	if b := all(n, "button")[0]; attr(b, "data-key") != "" || len(all(n, "kbd")) > 0 {
		t.Error("a legal act was given a key")
	}
	n = parse(t, ui.Button{Text: "Open", Key: "o"})
	if b := all(n, "button")[0]; attr(b, "data-key") != "o" || attr(b, "aria-keyshortcuts") != "O" || attr(b, "type") != "button" {
		t.Errorf("%+v", b.Attr)
	}
}

func TestHeadHasOnePrimaryButton(t *testing.T) {
	n := parse(t, ui.Head{Title: "x", Buttons: []ui.Button{{Text: "a", Kind: ui.Primary}, {Text: "b", Kind: ui.Primary}, {Text: "c", Kind: ui.Danger}}})
	if got := len(all(n, "button.p")); got != 1 {
		t.Errorf("%d primary buttons, want 1", got)
	}
	if got := len(all(n, "h1")); got != 1 {
		t.Errorf("%d h1, want 1", got)
	}
}

func TestStackingTableKeepsItsRoles(t *testing.T) {
	table := ui.Table{Label: "x", Stack: true, Columns: []ui.Column{{Title: "a"}, {Title: "b", Head: true}, {Title: "c", Num: true}},
		Rows: []ui.Row{ui.Cells(ui.Text("1"), ui.Text("2")), {Current: true, Cells: []templ.Component{ui.Text("3"), ui.Text("4"), ui.Text("5"), ui.Text("too many")}}}}
	n := parse(t, table)
	for selector, want := range map[string]int{"table[role=table]": 1, "[role=rowgroup]": 2, "tr[role=row]": 3, "th[role=columnheader][scope=col]": 3,
		"tbody th[role=rowheader][scope=row]": 2, "td[role=cell]": 4, "tr[aria-current=true]": 1, ".scroll[tabindex='0'][aria-label=x]": 1} {
		if got := len(all(n, selector)); got != want {
			t.Errorf("%s: %d, want %d", selector, got, want)
		}
	}
	table.Stack, table.Rows, table.Empty = false, nil, "Nobody asked."
	n = parse(t, table)
	if len(all(n, "[role=table]")) != 0 || !strings.Contains(words(n), "Nobody asked.") || attr(all(n, "tbody td")[0], "colspan") != "3" {
		t.Error("an empty table must say so over its whole width")
	}
}

func TestFieldTellsWhatIsWrong(t *testing.T) {
	f := ui.Field{Name: "until", Label: "Hold until", Hint: "A day.", Error: "This day is over.", Value: `"><b>`, Required: true, Max: 10}
	n := parse(t, ui.Errors{f, {Name: "ok", Label: "ok"}})
	if got := all(n, "#errors a"); len(got) != 1 || attr(got[0], "href") != "#until" {
		t.Errorf("the summary must lead to the one wrong field: %d links", len(got))
	}
	input := all(parse(t, f), "input")[0]
	if attr(input, "aria-describedby") != "until-e until-n" || attr(input, "aria-invalid") != "true" || attr(input, "value") != `"><b>` || attr(input, "maxlength") != "10" {
		t.Errorf("%+v", input.Attr)
	}
	if got := attr(all(parse(t, ui.Field{Name: "p", Type: "password", Value: "secret"}), "input")[0], "value"); got != "" {
		t.Errorf("a password was sent back: %q", got)
	}
	if n := parse(t, ui.Errors{{Name: "ok"}}); len(all(n, "#errors")) != 0 {
		t.Error("no error, no summary")
	}
}

func TestStateIsIconWordAndColour(t *testing.T) {
	for _, s := range []ui.State{ui.OK("Done"), ui.Warn("At risk"), ui.Bad("Overdue"), ui.Info("New"), ui.Neutral("Unknown")} {
		n := all(parse(t, s), ".st")[0]
		if strings.TrimSpace(words(n)) != s.Word || len(all(n, "svg[aria-hidden=true] use")) != 1 || (s.Tone != "" && !strings.Contains(attr(n, "class"), string(s.Tone))) {
			t.Errorf("%+v", s)
		}
	}
	if n := parse(t, ui.State{}); len(all(n, "body *")) != 0 {
		t.Error("no word, no state")
	}
}

func TestHandling(t *testing.T) {
	h := ui.Handling{TLP: "AMBER+STRICT", PAP: "GREEN", H: "H2"}
	if got := h.String(); got != "TLP:AMBER+STRICT   PAP:GREEN   H2" {
		t.Errorf("printed line %q", got)
	}
	if n := parse(t, h); len(all(n, ".hc .amber")) != 1 || len(all(n, ".hc .green")) != 1 || len(all(n, ".hc .eh")) != 1 {
		t.Error("codes and colours")
	}
	if (ui.Handling{}).String() != "No handling code set" {
		t.Error("an unset code must be said")
	}
}

func TestLayout(t *testing.T) {
	f := ui.Frame{Title: "Today <b>", Here: "triage", Now: galleryNow, Training: "127.0.0.0/8", Nav: ui.Rooms(map[string]int{"triage": 3}),
		Handling: ui.Handling{TLP: "RED"}, Theme: "dark"}
	n := parse(t, ui.Wrap(ui.Layout(f), ui.Head{Title: "x"}, ui.Wrap(ui.MainOne(), ui.Text("body"))))
	for selector, want := range map[string]int{"html[lang=en][dir=ltr][data-theme=dark][data-handling='TLP:RED']": 1, ".banner.banner": 1, "main#m": 1, "main h1": 1, "a.skip[href='#m']": 1,
		"nav a[aria-current=page]": 1, "nav .pill": 1, "script[type=module][src]": 1, "[style]": 0, "style": 0, "script:not([src])": 0, "[onclick]": 0, "#say[role=status]": 1, "dialog#keys": 1} {
		if got := len(all(n, selector)); got != want {
			t.Errorf("%s: %d, want %d", selector, got, want)
		}
	}
	if got := words(all(n, ".banner")[0]); !strings.Contains(got, "Training network: guard opened for 127.0.0.0/8") {
		t.Errorf("banner says %q", got)
	}
	if got := words(all(n, "title")[0]); got != "Today <b> · Iolaus" {
		t.Errorf("title %q", got)
	}
	ar := parseIn(ui.WithLanguage(context.Background(), "ar"), t, ui.Layout(f))
	if h := all(ar, "html")[0]; attr(h, "lang") != "ar" || attr(h, "dir") != "rtl" {
		t.Errorf("Arabic page: %+v", h.Attr)
	}
	if b := words(all(ar, ".banner")[0]); !strings.Contains(b, "\u2068127.0.0.0/8\u2069") {
		t.Errorf("a name in a right-to-left sentence must be isolated: %q", b)
	}
	if len(all(parse(t, ui.Layout(ui.Frame{})), ".banner, nav")) != 0 {
		t.Error("no training, no banner; nobody signed in, no rooms")
	}
}

func TestEveryPageOfTheGalleryIsSound(t *testing.T) {
	for name, page := range gallery {
		n := parse(t, page(context.Background()))
		seen := map[string]bool{}
		for _, e := range all(n, "[id]") {
			if id := attr(e, "id"); seen[id] {
				t.Errorf("%s: id %q twice", name, id)
			} else {
				seen[id] = true
			}
		}
		for _, key := range []string{"aria-labelledby", "aria-describedby", "for"} {
			for _, e := range all(n, "["+key+"]") {
				for id := range strings.FieldsSeq(attr(e, key)) {
					if !seen[id] {
						t.Errorf("%s: %s=%q leads nowhere", name, key, id)
					}
				}
			}
		}
		if len(all(n, "[style], style, script:not([src])")) != 0 {
			t.Errorf("%s: inline style or script", name)
		}
		for _, bad := range all(n, "a .addr, .st a") {
			t.Errorf("%s: %s in a link", name, bad.Data)
		}
	}
}

func TestPluralsOfArabic(t *testing.T) {
	ctx := ui.WithLanguage(context.Background(), "ar")
	const key = "%d fields need another look. What you wrote is kept."
	seen := map[string]int{}
	for _, n := range []int{0, 1, 2, 3, 11, 100} {
		seen[ui.Tn(ctx, n, key)] = n
	}
	if len(seen) != 6 {
		t.Errorf("six categories, got %d: %v", len(seen), seen)
	}
	if a, b := ui.Tn(ctx, 3, key), ui.Tn(ctx, 103, key); strings.Replace(a, "3", "103", 1) != b {
		t.Errorf("3 and 103 are both few: %q, %q", a, b)
	}
	if got := ui.Tn(context.Background(), 1, key); !strings.HasPrefix(got, "1 field needs") {
		t.Errorf("English singular: %q", got)
	}
	if got := ui.T(ctx, "a text nobody translated %s", "x"); got != "a text nobody translated \u2068x\u2069" {
		t.Errorf("fallback: %q", got)
	}
}

func TestDirections(t *testing.T) {
	for lang, want := range map[string]string{"": "auto", "und": "auto", "ar": "rtl", "ar-EG": "rtl", "fa": "rtl", "he": "rtl", "ur": "rtl", "en": "ltr", "az-Arab": "rtl", "uz-Cyrl": "ltr", "ku": "ltr", "sd-Deva": "ltr", "ug-Latn": "ltr"} {
		if got := ui.Dir(lang); got != want {
			t.Errorf("Dir(%q) = %q, want %q", lang, got, want)
		}
	}
}

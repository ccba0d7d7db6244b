package fetch
import ("testing";"fmt";"time")
func TestTmp(t *testing.T) {
	w := newWorld(t)
	var c clerk
	c.serve(w, "frame.test", testHTTPS, site{
		"/popup":    {markup, icon + `<title>popup</title><img src=/popup.png>`},
		"/":    {markup, icon + `<title>main</title><script>open("https://frame.test/popup"); document.title="after"</script>`},
	})
	s, _, err := shoot(t, w.client(nil), "https://frame.test/", ShotOptions{Load:5*time.Second})
	fmt.Println(s.Title, s.Popups, s.Warnings, s.Missing, err)
}

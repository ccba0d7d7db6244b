// SPDX-License-Identifier: EUPL-1.2

package sim

import (
	"fmt"
	"math/rand/v2"
	"strconv"
	"strings"
	"time"
)

// Bulletins: harmless sentences about weather, trains, trams, gardens and choirs, in three languages. Places are invented.

type bulletin struct {
	N          int
	Title      string
	Paragraphs []string
	Date       time.Time
}

type phrases struct {
	places, titles, lines []string // %p is a place, %n a number, %h an hour
}

var wording = map[string]map[string]phrases{
	"en": {
		"weather": {[]string{"Willowmere", "Saltby", "Upper Fenn", "Oakhaven", "Lark Point", "Greystone Bay"},
			[]string{"Outlook for %p", "Rain bands near %p", "A mild week in %p", "Fog and sunshine over %p"},
			[]string{"Skies over %p stay partly cloudy, with highs near %n degrees.", "A light south-westerly breeze clears the mist by %h.",
				"Expect %n millimetres of rain around %p before the evening.", "Visibility on the coast road is good, apart from patches of fog near %p.",
				"The tide gauge at %p shows a calm sea.", "Gardeners may cover young plants: a touch of ground frost is possible at %h."}},
		"trains": {[]string{"Ashford Junction", "Millbrook", "North Quay", "Tallow Bridge", "Heron Cross", "Fellside"},
			[]string{"Timetable change at %p", "New platform at %p", "Weekend works near %p", "Extra coaches to %p"},
			[]string{"The %h service to %p runs with %n coaches.", "A replacement bus links %p and the harbour while track is renewed.",
				"The waiting room at %p has reopened with %n more seats.", "Connections at %p are held for five minutes.",
				"Bicycles may travel to %p after %h.", "The signal box at %p is open to visitors on Sunday."}},
		"trams": {[]string{"Market Square", "Canal Street", "The Orangery", "Station Hill", "Elm Gate", "River Stairs"},
			[]string{"Line %n to %p", "Track works at %p", "Late trams from %p", "A new shelter at %p"},
			[]string{"Trams to %p run every %n minutes until %h.", "The stop at %p moves forty metres during paving.",
				"Low-floor cars serve %p from Monday.", "Heritage car %n will be seen at %p this weekend.", "The depot near %p holds an open day at %h."}},
		"garden": {[]string{"the lower plots", "the greenhouse", "the orchard", "the east gate"},
			[]string{"Notes from %p", "Seeds for %p", "Work party at %p"},
			[]string{"We meet at %p at %h to turn the compost.", "Plot %n is free for a new tenant.", "Runner beans near %p do well this year.",
				"The water butt by %p was repaired."}},
		"choir": {[]string{"the boathouse", "St Brannoc's hall", "the quay", "the reading room"},
			[]string{"Rehearsal in %p", "Concert at %p", "New voices welcome at %p"},
			[]string{"We sing at %p from %h.", "The altos need %n more music stands.", "Tea is served at %p after the rehearsal.",
				"The programme has %n madrigals."}},
	},
	"fr": {
		"weather": {[]string{"Valsaule", "Port-aux-Sternes", "Hautefagne", "Rochegrise", "Belle-Anse"},
			[]string{"Prévisions pour %p", "Averses du côté de %p", "Semaine douce à %p", "Brume et soleil sur %p"},
			[]string{"Le ciel reste variable sur %p, avec des maximales proches de %n degrés.", "Un vent léger de sud-ouest dissipe la brume vers %h.",
				"On attend %n millimètres de pluie autour de %p avant le soir.", "La visibilité est bonne sur la côte, sauf quelques bancs de brouillard près de %p.",
				"Le marégraphe de %p indique une mer calme."}},
		"trains": {[]string{"Val-d'Orme", "Pont-Vieux", "Quai-Nord", "Trois-Hérons"},
			[]string{"Horaires modifiés à %p", "Nouveau quai à %p", "Travaux du week-end près de %p"},
			[]string{"Le train de %h pour %p circule avec %n voitures.", "Un autocar relie %p au port pendant le renouvellement de la voie.",
				"La salle d'attente de %p compte %n places de plus.", "Les vélos sont admis vers %p après %h."}},
		"trams": {[]string{"la place du Marché", "la rue du Canal", "l'Orangerie"},
			[]string{"Travaux à %p", "Un nouvel abri à %p", "La rame %n à %p"},
			[]string{"Les rames passent toutes les %n minutes à %p.", "L'arrêt de %p est déplacé de quarante mètres.", "Le musée ouvre à %h."}},
	},
	"ar": {
		"weather": {[]string{"وادي الصفصاف", "مرسى النوارس", "التل الأخضر", "رأس الريح"},
			[]string{"توقعات الطقس في %p", "أمطار خفيفة قرب %p", "أسبوع معتدل في %p"},
			[]string{"تبقى السماء غائمة جزئيا فوق %p، والحرارة العظمى نحو %n درجة.", "تهب رياح جنوبية غربية خفيفة ويزول الضباب عند الساعة %h.",
				"يتوقع هطول %n مليمترات من المطر حول %p قبل المساء.", "الرؤية جيدة على طريق الساحل عدا بقع من الضباب قرب %p.",
				"البحر هادئ عند %p."}},
		"trains": {[]string{"محطة الدردار", "الجسر القديم", "الرصيف الشمالي"},
			[]string{"تعديل المواعيد في %p", "رصيف جديد في %p", "أعمال صيانة قرب %p"},
			[]string{"ينطلق قطار الساعة %h إلى %p بعدد %n عربات.", "تربط حافلة بديلة بين %p والميناء أثناء تجديد السكة.",
				"أعيد فتح قاعة الانتظار في %p مع %n مقاعد إضافية.", "يسمح بنقل الدراجات إلى %p بعد الساعة %h."}},
	},
}

var firstDay = time.Date(2026, 3, 2, 7, 0, 0, 0, time.UTC)

// bulletins writes the posts of an asset. A mirror, and a head that takes another's place, repeat that asset's posts.
func (r *Range) bulletins(a *Asset) []bulletin {
	source := a
	for source.MirrorOf != "" || source.Follows != "" {
		next := source.MirrorOf
		if next == "" {
			next = source.Follows
		}
		s, ok := r.world.asset(next)
		if !ok {
			break
		}
		source = s
	}
	o, _ := r.world.outlet(a.Outlet)
	p, ok := wording[a.Language][o.Theme]
	if !ok {
		p = wording["en"][o.Theme]
	}
	var out []bulletin
	for n := 1; n <= a.Posts; n++ {
		g := random(r.opt.Seed, "bulletin", source.ID, strconv.Itoa(n))
		b := bulletin{N: n, Title: p.titles[g.IntN(len(p.titles))], Date: firstDay.AddDate(0, 0, n).Add(time.Duration(g.IntN(600)) * time.Minute)}
		b.Title = fill(b.Title, p.places, g)
		for range 2 + g.IntN(2) {
			var lines []string
			for _, i := range g.Perm(len(p.lines))[:min(3, len(p.lines))] {
				lines = append(lines, fill(p.lines[i], p.places, g))
			}
			b.Paragraphs = append(b.Paragraphs, strings.Join(lines, " "))
		}
		out = append(out, b)
	}
	return out
}

func fill(s string, places []string, g *rand.Rand) string {
	return strings.NewReplacer("%p", places[g.IntN(len(places))], "%n", strconv.Itoa(2+g.IntN(20)),
		"%h", fmt.Sprintf("%02d:%02d", 5+g.IntN(17), 5*g.IntN(12))).Replace(s)
}

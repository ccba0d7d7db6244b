// SPDX-License-Identifier: EUPL-1.2

package linktest_test

import (
	"math"
	"testing"

	"iolaus/internal/link"
	"iolaus/internal/link/linktest"
)

func score(p linktest.Pair) float64 { return p.Score }
func hash(p linktest.Pair) float64  { return p.Hash }

// hard keeps the pairs of one outlet and those that only share a kit.
func hard(pairs []linktest.Pair) (out []linktest.Pair) {
	for _, p := range pairs {
		if p.Same || p.Hard {
			out = append(out, p)
		}
	}
	return out
}

var edges = []float64{0, .05, .2, .4, .6, .8, .95, .99, 1}

func predict(s float64) float64 { return link.Calibrated(.5, s) }

func report(t testing.TB, name string, pairs []linktest.Pair) (auc, recall, ece float64) {
	h := hard(pairs)
	auc, recall = linktest.AUC(h, score), linktest.Recall(h, score)
	bins, ece := linktest.Reliability(h, edges, predict)
	same := 0
	for _, p := range h {
		if p.Same {
			same++
		}
	}
	t.Logf("%s: %d pairs of one outlet, %d hard ones of two: AUC %.4f, page simhash %.4f; recall without a false link %.3f, page simhash %.3f; calibration error %.3f",
		name, same, len(h)-same, auc, linktest.AUC(h, hash), recall, linktest.Recall(h, hash), ece)
	for _, b := range bins {
		t.Logf("  said %.2f to %.2f: mean %.3f, seen %.3f (%d pairs)", b.From, b.To, b.Said, b.Seen, b.N)
	}
	return auc, recall, ece
}

// Held-out outlets, none of which was among those that the calibration was fitted on.
func TestLinkingOnHeldOutPairs(t *testing.T) {
	w := linktest.Make(linktest.Shape{Seed: 2, Outlets: 60, Kits: 6})
	auc, recall, ece := report(t, "held out", w.Pairs())
	if auc < .97 || recall < .55 || ece > .08 {
		t.Errorf("AUC %.4f, at least .97; recall without a false link %.3f, at least .55; calibration error %.3f, at most .08", auc, recall, ece)
	}
	if base := linktest.AUC(hard(w.Pairs()), hash); base > .95 {
		t.Errorf("page simhash reaches %.3f: these pairs are not hard", base)
	}
}

// The constants of package link are those that fit, and the fit finds what is known.
func TestCalibrationIsTheFit(t *testing.T) {
	slope, offset := linktest.Fit(linktest.Make(linktest.Shape{Seed: 1, Outlets: 72, Kits: 6}).Pairs())
	t.Logf("slope %.4f, offset %.4f bits", slope, offset)
	if math.Abs(slope-link.Slope) > .1 || math.Abs(offset-link.Offset) > 1.2 {
		t.Errorf("fitted %.3f and %.3f, package link has %.3f and %.3f", slope, offset, link.Slope, link.Offset)
	}
}

func BenchmarkLinking(b *testing.B) {
	for b.Loop() {
		train, test := linktest.Make(linktest.Shape{Seed: 1, Outlets: 180, Kits: 6}).Pairs(), linktest.Make(linktest.Shape{Seed: 2, Outlets: 180, Kits: 6}).Pairs()
		slope, offset := linktest.Fit(train)
		b.Logf("fitted on %d pairs: slope %.4f, offset %.4f bits", len(train), slope, offset)
		auc, recall, ece := report(b, "held out", test)
		b.ReportMetric(auc, "AUC")
		b.ReportMetric(linktest.AUC(hard(test), hash), "AUC-simhash")
		b.ReportMetric(recall, "recall")
		b.ReportMetric(ece, "ECE")
	}
}

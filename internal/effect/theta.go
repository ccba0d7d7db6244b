// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// mostTheta is where a negative binomial is Poisson's for every purpose here: at a mean of 1,000 the variance is a ten-thousandth more.
const mostTheta = 1e7

// theta is the maximum-likelihood estimate of θ for what is expected now, by Newton's method on its logarithm from a start (0: by
// moments); 0 where the counts scatter no more than Poisson's.
func (s *solver) theta(start float64) float64 {
	if start == 0 {
		over := 0.0
		for i, y := range s.y {
			r := y/s.mu[i] - 1
			over += r*r - 1/s.mu[i]
		}
		if start = float64(len(s.y)) / over; over <= 0 || start > mostTheta {
			start = mostTheta / 1e3
		}
	}
	t := math.Log(start)
	for range 60 {
		th := math.Exp(t)
		score, curve := s.rises(th)
		for i, y := range s.y {
			r := 1 / (th + s.mu[i])
			score += math.Log(th*r) + (s.mu[i]-y)*r
			curve += 1/th - r - (s.mu[i]-y)*r*r
		}
		// In t = log θ: the first derivative is θ·score, the second θ²·curve + θ·score.
		g, h := th*score, th*th*curve+th*score
		step := 1.0
		if h < 0 {
			step = -g / h
		} else if g < 0 {
			step = -1
		}
		step = min(max(step, -2), 2)
		if t += step; t > math.Log(mostTheta) {
			return 0
		}
		if t < -20 { // no variance is that large
			return math.Exp(-20)
		}
		if math.Abs(step) < 1e-10 {
			break
		}
	}
	return math.Exp(t)
}

// mostAbove is up to which count rises sums term by term.
const mostAbove = 2000

// rises are the sums over all counts of ψ(y+θ)-ψ(θ), which is 1/θ+1/(θ+1)+... for a whole y, and of its derivative.
func (s *solver) rises(th float64) (first, second float64) {
	for k, n := range s.above {
		r := 1 / (th + float64(k))
		first += n * r
		second -= n * r * r
	}
	for _, y := range s.large {
		first += digamma(y+th) - digamma(th)
		second += trigamma(y+th) - trigamma(th)
	}
	return first, second
}

// digamma is ψ(x) for x > 0: recurrence to 10, then the asymptotic series (Abramowitz and Stegun, Handbook of Mathematical Functions, 6.3.5 and 6.3.18).
func digamma(x float64) float64 {
	v := 0.0
	for ; x < 10; x++ {
		v -= 1 / x
	}
	r := 1 / (x * x)
	return v + math.Log(x) - 0.5/x - r*(1.0/12-r*(1.0/120-r*(1.0/252-r*(1.0/240-r/132))))
}

// trigamma is ψ'(x) for x > 0 (ibid., 6.4.6 and 6.4.12).
func trigamma(x float64) float64 {
	v := 0.0
	for ; x < 10; x++ {
		v += 1 / (x * x)
	}
	r := 1 / (x * x)
	return v + 1/x + r/2 + r/x*(1.0/6-r*(1.0/30-r*(1.0/42-r/30)))
}

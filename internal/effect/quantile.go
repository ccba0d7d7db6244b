// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// normal975 is the 97.5 % quantile of the normal distribution.
const normal975 = 1.959963984540054

// student975 is the 97.5 % quantile of Student's distribution with so many degrees of freedom, at least 1, whole or not: by bisection of its
// distribution function.
func student975(free float64) float64 {
	if free > 1e6 {
		return normal975
	}
	low, high := 0.0, 13.0 // 12.71 with one degree
	for range 60 {
		mid := (low + high) / 2
		if studentTail(mid, free) > 0.025 {
			low = mid
		} else {
			high = mid
		}
	}
	return (low + high) / 2
}

// studentTail is the probability above t > 0: half the regularised incomplete beta function at free/(free+t²), free/2, 1/2.
func studentTail(t, free float64) float64 {
	return incompleteBeta(free/(free+t*t), free/2, 0.5) / 2
}

// incompleteBeta is the regularised incomplete beta function, by its continued fraction (Abramowitz and Stegun, Handbook of Mathematical Functions,
// 26.5.8), evaluated by Lentz's method.
func incompleteBeta(x, a, b float64) float64 {
	switch {
	case x <= 0:
		return 0
	case x >= 1:
		return 1
	case x > (a+1)/(a+b+2):
		return 1 - incompleteBeta(1-x, b, a)
	}
	la, _ := math.Lgamma(a)
	lb, _ := math.Lgamma(b)
	lab, _ := math.Lgamma(a + b)
	front := math.Exp(lab-la-lb+a*math.Log(x)+b*math.Log1p(-x)) / a
	const tiny, near = 1e-300, 1e-15
	c, d := 1.0, 1/guard(1-(a+b)*x/(a+1), tiny)
	f := d
	for m := 1.0; m < 500; m++ {
		even := m * (b - m) * x / ((a + 2*m - 1) * (a + 2*m))
		d = 1 / guard(1+even*d, tiny)
		c = guard(1+even/c, tiny)
		f *= d * c
		odd := -(a + m) * (a + b + m) * x / ((a + 2*m) * (a + 2*m + 1))
		d = 1 / guard(1+odd*d, tiny)
		c = guard(1+odd/c, tiny)
		f *= d * c
		if math.Abs(d*c-1) < near {
			break
		}
	}
	return front * f
}

func guard(v, tiny float64) float64 {
	if math.Abs(v) < tiny {
		return tiny
	}
	return v
}

// SPDX-License-Identifier: EUPL-1.2

package effect

import "math"

// A Family says how counts scatter about what is expected of them.
type Family string

// The families. Under all of them the logarithm of what is expected is linear.
const (
	NegativeBinomial Family = "negative binomial" // variance m+m²/θ, θ by maximum likelihood
	Poisson          Family = "poisson"           // variance m
	QuasiPoisson     Family = "quasi-poisson"     // variance φm, φ by Pearson's statistic
)

// A Term is one coefficient of a fit, as a logarithm.
type Term struct {
	Name  string
	Value float64
	Error float64 // standard error
}

// A Fit is a regression of counts.
type Fit struct {
	Family   Family
	Terms    []Term
	Scale    float64 // φ: by how much the variance exceeds that of the family; 1 but for quasi-Poisson
	Theta    float64 // θ of the negative binomial; 0 where the counts scatter no more than Poisson's, or for another family
	Deviance float64
	Free     int // points less terms
	Fitted   []float64
	cov      square
}

var (
	errDependent = Because(WhyDependent)
	errDiverged  = Because(WhyDiverged)
)

// term finds a coefficient by name.
func (f Fit) term(name string) (Term, int) {
	for i, t := range f.Terms {
		if t.Name == name {
			return t, i
		}
	}
	return Term{}, -1
}

// Term is the coefficient of a name; the zero value where the model has none.
func (f Fit) Term(name string) Term { t, _ := f.term(name); return t }

// A design is what a count is explained by: a row for each point, a column for each name, and the logarithm of what is known to multiply it.
type design struct {
	names  []string
	rows   [][]float64
	offset []float64 // nil: none
}

func (d design) off(i int) float64 {
	if d.offset == nil {
		return 0
	}
	return d.offset[i]
}

// regress fits counts by iteratively reweighted least squares (McCullagh and Nelder, Generalized Linear Models, 1989, chapter 2); for the negative
// binomial it alternates with maximum likelihood for θ until both settle (Venables and Ripley, Modern Applied Statistics with S, 2002, 7.4).
func regress(y []float64, d design, family Family) (Fit, error) {
	s := newSolver(y, d)
	f := Fit{Family: family, Scale: 1, Free: len(y) - len(d.names)}
	if f.Free < 1 {
		return f, errDependent
	}
	if err := s.settle(0); err != nil {
		return f, err
	}
	if family == NegativeBinomial {
		theta := s.theta(0)
		for range 25 {
			if theta == 0 {
				break
			}
			if err := s.settle(theta); err != nil {
				return f, err
			}
			next := s.theta(theta)
			if next == 0 || math.Abs(next-theta) <= 1e-8*theta {
				theta = next
				break
			}
			theta = next
		}
		f.Theta = theta
		if err := s.settle(theta); err != nil {
			return f, err
		}
	}
	f.Deviance = s.deviance(f.Theta)
	if family == QuasiPoisson {
		f.Scale = s.pearson() / float64(f.Free)
	}
	f.cov = s.cov
	for i := range f.cov.a {
		f.cov.a[i] *= f.Scale
	}
	for i, n := range d.names {
		f.Terms = append(f.Terms, Term{Name: n, Value: s.beta[i], Error: math.Sqrt(f.cov.at(i, i))})
	}
	f.Fitted = s.mu
	return f, nil
}

type solver struct {
	y, mu, beta []float64
	try, grad   []float64
	d           design
	info, cov   square
	above       []float64 // how many counts are above 0, 1, 2 and so on: what theta sums over
	large       []float64 // counts beyond that
}

func newSolver(y []float64, d design) *solver {
	p := len(d.names)
	s := &solver{y: y, d: d, mu: make([]float64, len(y)), beta: make([]float64, p), try: make([]float64, p), grad: make([]float64, p), info: newSquare(p)}
	most := 0.0
	for i, v := range y {
		s.mu[i] = v + 0.1 // where the first step begins; no count is 0 in a logarithm
		if v <= mostAbove {
			most = max(most, v)
		} else {
			s.large = append(s.large, v)
		}
	}
	s.above = make([]float64, int(most))
	for _, v := range y {
		if v <= mostAbove {
			for k := range int(v) {
				s.above[k]++
			}
		}
	}
	return s
}

// settle iterates to the coefficients for a θ; 0 is Poisson.
func (s *solver) settle(theta float64) error {
	dev := math.Inf(1)
	const most, near = 60, 1e-10
	for range most {
		if err := s.step(theta); err != nil {
			return err
		}
		now := s.move(theta)
		for half := 0; half < 12 && !(now <= dev+near*math.Abs(dev)); half++ { // too far: back half the way
			for i := range s.try {
				s.try[i] = (s.try[i] + s.beta[i]) / 2
			}
			now = s.move(theta)
		}
		if math.IsNaN(now) || math.IsInf(now, 0) {
			return errDiverged
		}
		copy(s.beta, s.try)
		if math.Abs(dev-now) <= near*(math.Abs(now)+0.1) {
			return s.step(theta) // the covariance belongs to these coefficients
		}
		dev = now
	}
	return errDiverged
}

// step computes, from what is expected now, the covariance and the coefficients to try next.
func (s *solver) step(theta float64) error {
	p := len(s.beta)
	clear(s.info.a)
	clear(s.grad)
	for i, row := range s.d.rows {
		m := s.mu[i]
		w := m
		if theta > 0 {
			w = m / (1 + m/theta)
		}
		z := math.Log(m) - s.d.off(i) + (s.y[i]-m)/m
		for a := range p {
			if row[a] == 0 {
				continue
			}
			wx := w * row[a]
			s.grad[a] += wx * z
			for b := range a + 1 {
				s.info.a[a*p+b] += wx * row[b]
			}
		}
	}
	for a := range p {
		for b := range a {
			s.info.a[b*p+a] = s.info.a[a*p+b]
		}
	}
	var ok bool
	if s.cov, ok = s.info.invert(); !ok {
		return errDependent
	}
	s.cov.times(s.grad, s.try)
	return nil
}

// move sets what is expected by the coefficients that are tried, and gives the deviance.
func (s *solver) move(theta float64) float64 {
	for i, row := range s.d.rows {
		eta := s.d.off(i)
		for j, x := range row {
			eta += x * s.try[j]
		}
		s.mu[i] = math.Exp(min(max(eta, -30), 60)) // beyond, it is nothing, or it diverges
	}
	return s.deviance(theta)
}

func (s *solver) deviance(theta float64) float64 {
	d := 0.0
	for i, y := range s.y {
		m := s.mu[i]
		if y > 0 {
			d += y * math.Log(y/m)
		}
		if theta > 0 {
			d -= (y + theta) * math.Log((y+theta)/(m+theta))
		} else {
			d -= y - m
		}
	}
	return 2 * d
}

func (s *solver) pearson() float64 {
	x := 0.0
	for i, y := range s.y {
		x += (y - s.mu[i]) * (y - s.mu[i]) / s.mu[i]
	}
	return x
}

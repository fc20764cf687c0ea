package cells

// Rect is a rectangle of cells.
type Rect struct{ X, Y, W, H int }

// Empty tells whether r holds no cell.
func (r Rect) Empty() bool { return r.W <= 0 || r.H <= 0 }

// Contains tells whether a cell lies in r.
func (r Rect) Contains(x, y int) bool {
	return x >= r.X && x < r.X+r.W && y >= r.Y && y < r.Y+r.H
}

// Intersect is what r and o have in common.
func (r Rect) Intersect(o Rect) Rect {
	x, y := max(r.X, o.X), max(r.Y, o.Y)
	w, h := min(r.X+r.W, o.X+o.W)-x, min(r.Y+r.H, o.Y+o.H)-y
	return Rect{x, y, max(w, 0), max(h, 0)}
}

// Inset shrinks r on all sides.
func (r Rect) Inset(dx, dy int) Rect {
	return Rect{r.X + dx, r.Y + dy, max(r.W-2*dx, 0), max(r.H-2*dy, 0)}
}

// Top splits the first n rows off.
func (r Rect) Top(n int) (top, rest Rect) {
	n = min(max(n, 0), r.H)
	return Rect{r.X, r.Y, r.W, n}, Rect{r.X, r.Y + n, r.W, r.H - n}
}

// Bottom splits the last n rows off.
func (r Rect) Bottom(n int) (rest, bottom Rect) {
	n = min(max(n, 0), r.H)
	rest, bottom = r.Top(r.H - n)
	return rest, bottom
}

// Left splits the first n columns off.
func (r Rect) Left(n int) (left, rest Rect) {
	n = min(max(n, 0), r.W)
	return Rect{r.X, r.Y, n, r.H}, Rect{r.X + n, r.Y, r.W - n, r.H}
}

// Right splits the last n columns off.
func (r Rect) Right(n int) (rest, right Rect) {
	n = min(max(n, 0), r.W)
	return r.Left(r.W - n)
}

// Center is the rectangle of the given size in the middle of r, shrunk to fit.
func (r Rect) Center(w, h int) Rect {
	w, h = min(w, r.W), min(h, r.H)
	return Rect{r.X + (r.W-w)/2, r.Y + (r.H-h)/2, w, h}
}

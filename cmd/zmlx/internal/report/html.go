package report

import (
	_ "embed" // for the template
	"html/template"
	"io"

	"github.com/zmlx/zmlx/profile/plot"
	"github.com/zmlx/zmlx/workbench"
)

//go:embed page.html
var pageText string

var pageTemplate = template.Must(template.New("page").Parse(pageText))

// page is a report for sharing: one file that asks nothing of any network,
// and says so to the browser.
type page struct {
	Title  string
	Facts  []fact
	Notes  []string
	Plots  []pagePlot
	Tables []pageTable
}

type fact struct{ Name, Value string }

type pagePlot struct {
	Name, Title string
	Picture     template.HTML
	Text        string
}

type pageTable struct {
	Title string
	Note  string
	*table
}

// Titles and Right are what the template asks of a table's columns.
func (t pageTable) Titles() []string {
	out := make([]string, len(t.columns))
	for i, c := range t.columns {
		out[i] = c.title
	}
	return out
}

// Rows are the cells.
func (t pageTable) Rows() [][]string { return t.rows }

// Right tells whether the cells of a column are numbers.
func (t pageTable) Right(column int) bool { return t.columns[column].align == right }

func (p *page) addFigures(figures []workbench.NamedFigure) {
	for _, f := range figures {
		p.Plots = append(p.Plots, pagePlot{f.Name, f.Title, template.HTML(plot.SVG(f.Figure, f.Title)), f.Figure.Text()}) // SVG escapes
	}
}

func (p *page) write(w io.Writer) error { return pageTemplate.Execute(w, p) }

// plotAs prints one figure: as a picture, as its data, or in words.
func plotAs(w io.Writer, f workbench.NamedFigure, format Format) error {
	text := f.Figure.Text() + "\n"
	switch format {
	case SVG:
		text = plot.SVG(f.Figure, f.Title)
	case CSV:
		text = plot.CSV(f.Figure)
	}
	_, err := io.WriteString(w, text)
	return err
}

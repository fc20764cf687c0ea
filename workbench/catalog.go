package workbench

// CatalogEntry is a kernel of the catalogue.
type CatalogEntry struct {
	Name string `json:"name"`
	Doc  string `json:"doc"`
}

// CatalogNames lists the kernels of the catalogue.
func CatalogNames() []string { return nil }

// Catalog describes the kernels of the catalogue.
func Catalog() []CatalogEntry { return nil }

func catalogDocument(name string) (Document, bool) { return Document{}, false }

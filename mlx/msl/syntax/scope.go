package syntax

// binding is a declaration in view; outer is what it hides.
type binding struct {
	sym   symbol
	outer *binding
}

// scope is the names of a namespace or a record.
type scope struct{}

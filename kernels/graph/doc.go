// Package graph turns programs of package dsl into graphs of array operations.
//
// A graph is what code is generated from and what is differentiated. Its nodes
// are few and simple: the functions of the language that are made of others
// (silu, softmax, layer_norm, …) are spelled out. Equal nodes are one node, so
// common subexpressions are shared, and constants are folded when a node is
// made.
//
// Every node has a shape, and an element type in which it is computed: bool,
// an integer type, or float32, which stands for the compute type of all real
// floating-point arrays. Operands broadcast as in numpy. Reductions keep their
// axes with length 1; Reshape removes them.
package graph

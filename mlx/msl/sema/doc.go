// Package sema checks Metal and lowers it to package ir, in one pass.
//
// The checker walks the tree of every concrete function body once, computes
// types and emits instructions through a builder at the same time. Templates
// are checked when they are instantiated, with their parameters bound in a
// scope, so the tree needs no dependent types; what depends on no parameter is
// checked with errors for parameters. Unevaluated operands and failed
// substitutions emit into a scratch function that is thrown away; constant
// expressions emit into a scratch function that is evaluated.
//
// An erroneous expression has the error type. It converts to everything and
// nothing is reported about it again, so one mistake gives one message.
//
// # Where to find what
//
//   - The run: checker; unit (what texts that are linked know of each other); lower
//     (bodies, when they are needed) and apart (those that call themselves where
//     they are emitted); builder and builderblock (instructions); arena and
//     workspace (memory).
//   - Kernels: entry, entryrecord, input, functionconstant, attribute.
//   - Names and types: scope, nametable, names, types, derived, typeexpr, value.
//   - Declarations: decl, global, func, declfunc, declmethod, record, field, layout,
//     inherit, access, friend, enum, outofclass; redeclared and redeclaredtemplate
//     (what may be declared twice).
//   - Templates: template, templatedecl, templatehead, dependent (as written);
//     templatearg, objectarg, inst, instantiate, partial (instances); deduce, guide;
//     outoftemplate; general (what holds for all arguments); infront (which functions
//     a name means where a template is written).
//   - Statements: stmt, flow, uninit, switch, casejump, rangefor, return, local, var,
//     binding.
//   - Expressions: expr, operator, arithmetic, useroperator, operatordecl, assign,
//     conditional, member, subscript, memory, cast, lambda, lambdacall, funcpointer.
//   - Objects: init, aggregate, list, construct, constructvector, copy, destructor, ending.
//   - Calls: call, argument, funcset, calldeduce, overload, convert (ranks), order
//     (which candidate is better), resolved (calls decided before), apply (conversions
//     as they are emitted).
//   - Constants: consteval, machine, machinemath, fold, staticassert.
//   - Metal's library: std, std_sig, stdtypes (signatures); builtin_* (what each
//     function emits, a file for each header).
//   - Messages: reason, cannot (why not); undeclared, spelling, help (what to write
//     instead); refused. Remarks, which fail nothing: warn, lint, meant, measure, address,
//     unsequenced, format.
package sema

package main

import (
	"errors"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/zmlx/zmlx/cmd/zmlx/internal/report"
	"github.com/zmlx/zmlx/internal/spelling"
	"github.com/zmlx/zmlx/workbench"
)

// usageError is a command line that makes no sense.
type usageError struct{ error }

func usagef(format string, args ...any) error { return usageError{fmt.Errorf(format, args...)} }

// isUsage recognises errors about the command line. Cobra's own about flags
// that exclude each other have no type.
func isUsage(err error) bool {
	return errors.As(err, new(usageError)) || strings.HasPrefix(err.Error(), "if any flags in the group")
}

// takes lets a verb have that many arguments, which its usage line names.
func takes(least, most int) cobra.PositionalArgs {
	return func(cmd *cobra.Command, args []string) error {
		_, what, _ := strings.Cut(cmd.Use, " ")
		switch {
		case len(args) < least:
			return usagef("%s needs %s; \"%[1]s --help\" explains", cmd.CommandPath(), what)
		case len(args) > most && most == 0:
			return usagef("%s takes no arguments, and got %q", cmd.CommandPath(), args[0])
		case len(args) > most:
			return usagef("%s takes one %s, and got %d arguments", cmd.CommandPath(), strings.Trim(what, "[]"), len(args))
		}
		return nil
	}
}

// flagHint says what a flag wants, or which flag was meant.
func flagHint(cmd *cobra.Command, err error) error {
	var invalid *pflag.InvalidValueError
	if errors.As(err, &invalid) {
		return usagef("--%s %q: write %s", invalid.GetFlag().Name, invalid.GetValue(), wanted(invalid.GetFlag().Value.Type()))
	}
	var unknown *pflag.NotExistError
	if !errors.As(err, &unknown) {
		return usageError{err}
	}
	name := unknown.GetSpecifiedName()
	if unknown.GetSpecifiedShortnames() != "" {
		return usagef("unknown flag -%s; \"%s --help\" lists them", name, cmd.CommandPath())
	}
	var names []string
	for _, flags := range []*pflag.FlagSet{cmd.LocalFlags(), cmd.InheritedFlags()} {
		flags.VisitAll(func(f *pflag.Flag) { names = append(names, f.Name) })
	}
	if n := meant(name, names); n != "" {
		return usagef("unknown flag --%s; did you mean --%s?", name, n)
	}
	return usagef("unknown flag --%s; \"%s --help\" lists them", name, cmd.CommandPath())
}

// meant is the flag that an unknown one stands for: a format by itself, the nearest name, the
// longest of which the word is a longer form, as --input is of --in, or the only one of which it
// is a shorter, as --out is of --output.
func meant(word string, names []string) string {
	if slices.Contains(names, "format") && slices.Contains(report.Checks, report.Format(word)) {
		return "format " + word
	}
	if n := spelling.Nearest(word, names); n != "" {
		return n
	}
	longest := ""
	var longer []string
	for _, n := range names {
		if strings.HasPrefix(n, word) {
			longer = append(longer, n)
		}
		if len(n) > max(len(longest), 1) && strings.HasPrefix(word, n) {
			longest = n
		}
	}
	if longest == "" && len(longer) == 1 {
		return longer[0]
	}
	return longest
}

// wanted describes the values of a flag's type.
func wanted(kind string) string {
	switch kind {
	case "int":
		return "a whole number"
	case "uint64":
		return "a whole number that is not negative"
	case "intSlice":
		return "whole numbers, such as 1,3"
	case "duration":
		return "a time, such as 30s or 5m"
	case "bool":
		return "true or false"
	}
	return "something else"
}

// unknownVerb is the error about a verb that does not exist.
func unknownVerb(root *cobra.Command, name string) error {
	var verbs []string
	for _, c := range root.Commands() {
		if c.IsAvailableCommand() {
			verbs = append(verbs, c.Name())
		}
	}
	hint := "the verbs are " + strings.Join(verbs, ", ")
	if n := spelling.Nearest(name, verbs); n != "" {
		hint = fmt.Sprintf("did you mean %q?", n)
	} else if n := spelling.Nearest(name, workbench.CatalogNames()); n != "" {
		hint = fmt.Sprintf("did you mean the kernel %q?", n)
	}
	return usagef("unknown verb %q; %s", name, hint)
}

// helpCommand explains a verb, and says so if there is none of that name.
func helpCommand(root *cobra.Command) *cobra.Command {
	return &cobra.Command{
		Use:   "help [VERB]",
		Short: "Explain a verb",
		RunE: func(_ *cobra.Command, args []string) error {
			cmd, rest, err := root.Find(args)
			if err != nil || len(rest) > 0 {
				return unknownVerb(root, strings.Join(args, " "))
			}
			cmd.InitDefaultHelpFlag()
			return cmd.Help()
		},
	}
}

// spare refuses to let an --output replace a document that the verb reads.
func (a *app) spare(args []string) error {
	if slices.ContainsFunc(args, func(arg string) bool { return sameFile(arg, a.output) }) {
		return usagef("--output %s would replace the document itself", a.output)
	}
	return nil
}

// sameFile reports whether both paths lead to one file that could be lost.
func sameFile(a, b string) bool {
	x, err := os.Stat(a)
	if err != nil || !x.Mode().IsRegular() {
		return false
	}
	y, err := os.Stat(b)
	return err == nil && os.SameFile(x, y)
}

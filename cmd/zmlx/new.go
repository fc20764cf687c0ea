package main

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/spf13/cobra"

	"github.com/zmlx/zmlx/kernels"
	"github.com/zmlx/zmlx/workbench"
)

func (a *app) newCommand() *cobra.Command {
	var kind, fromGo string
	kinds := workbench.SpecKinds()
	lines, names := make([]string, len(kinds)), make([]string, len(kinds))
	for i, k := range kinds {
		names[i] = k.Name
		lines[i] = fmt.Sprintf("  %-12s %s", k.Name, k.Doc)
	}
	cmd := &cobra.Command{
		Use:     "new NAME",
		Short:   "Write an annotated spec to start from",
		Long:    "Write NAME.yaml, an annotated spec that works as it is. Kinds:\n\n" + strings.Join(lines, "\n"),
		Example: "  zmlx new softcap --kind elementwise && zmlx check softcap.yaml",
		Args:    takes(1, 1),
		RunE: func(cmd *cobra.Command, args []string) error {
			path := args[0]
			switch ext := filepath.Ext(path); ext {
			case "":
				path += ".yaml"
			case ".yaml", ".yml":
			default:
				return usagef("zmlx new writes a spec, and a file that ends in %s is none; write zmlx new %s", ext, strings.TrimSuffix(path, ext)+".yaml")
			}
			name := strings.TrimSuffix(filepath.Base(path), filepath.Ext(path))
			doc, err := workbench.NewSpec(kind, name)
			if err == nil && fromGo != "" {
				doc.Text, err = specFromGo(fromGo, name)
			}
			if err != nil {
				return err
			}
			if err := createFile(path, doc.Text); err != nil {
				return err
			}
			next := "zmlx check " + path
			if fromGo != "" { // the function does not say what its results should be
				next = "zmlx run " + path + ", and add a reference: for zmlx check"
			}
			fmt.Fprintf(cmd.OutOrStdout(), "wrote %s; next: %s\n", path, next)
			return nil
		},
	}
	cmd.Flags().StringVar(&kind, "kind", kinds[0].Name, "kind of kernel: `"+strings.Join(names, "|")+"`")
	cmd.Flags().StringVar(&fromGo, "from-go", "", "make the spec from the kernel in a Go `file`, its first function without a result")
	cmd.MarkFlagsMutuallyExclusive("kind", "from-go")
	return cmd
}

// specFromGo is the text of a spec whose kernel is a function of a Go file.
func specFromGo(path, name string) (string, error) {
	data, err := os.ReadFile(path)
	if err != nil {
		return "", err
	}
	return kernels.FromGo(path, name, data)
}

// noFolder is the error about a file that cannot be written where there is nothing.
func noFolder(path string) error {
	return usagef("cannot write %s: there is no folder %s; make it first", path, filepath.Dir(path))
}

// createFile writes a file that must not exist yet.
func createFile(path, text string) error {
	f, err := os.OpenFile(path, os.O_WRONLY|os.O_CREATE|os.O_EXCL, 0o644)
	switch {
	case errors.Is(err, fs.ErrExist):
		return usagef("%s exists already; choose another name or remove it", path)
	case errors.Is(err, fs.ErrNotExist):
		return noFolder(path)
	}
	if err != nil {
		return err
	}
	_, err = f.WriteString(text)
	if err = errors.Join(err, f.Close()); err != nil {
		_ = os.Remove(path) // or it would be there already the next time
	}
	return err
}

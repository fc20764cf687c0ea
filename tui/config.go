package tui

import (
	"errors"
	"io/fs"
	"os"

	"github.com/goccy/go-yaml"
)

// config is what users set in config.yaml.
type config struct {
	Theme string              `yaml:"theme"` // dark, light, contrast or a chroma style file
	Mouse bool                `yaml:"mouse"`
	Keys  map[string][]string `yaml:"keys"` // by the ID of an action
}

// readConfig reads the file at path, if there is one. A file that is wrong is
// reported and has no effect.
func readConfig(path string) (c config, problems []string) {
	data, err := os.ReadFile(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return c, nil
	case err != nil:
		return c, []string{err.Error()}
	}
	if err := yaml.UnmarshalWithOptions(data, &c, yaml.Strict()); err != nil {
		return config{}, []string{path + ": " + err.Error()}
	}
	return c, nil
}

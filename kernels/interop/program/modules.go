package program

import (
	"path/filepath"
	"strings"
)

// imports binds names of modules.
func (m *machine) imports(s *stmt) {
	for _, n := range s.names {
		mod := m.module(n.module)
		if n.name == "" {
			if mod != nil {
				m.set(n.as, mod)
			} else if known, _ := m.top().scope.vars[n.as].(Symbol); !m.top().module.swift() || known == "" {
				m.set(n.as, Symbol(n.module))
			}
			continue
		}
		if n.name == "TYPE_CHECKING" {
			m.set(n.as, false)
			continue
		}
		if n.name == "*" {
			if mod != nil {
				for name, v := range mod.scope.vars {
					if !strings.HasPrefix(name, "_") {
						m.set(name, v)
					}
				}
			}
			continue
		}
		if mod != nil {
			if v, ok := mod.scope.vars[n.name]; ok {
				m.set(n.as, v)
				continue
			}
		}
		if sub := m.module(strings.TrimSuffix(n.module, ".") + "." + n.name); sub != nil {
			m.set(n.as, sub)
			continue
		}
		m.set(n.as, Symbol(strings.TrimLeft(n.module, ".")+"."+n.name))
	}
}

// module loads the file of a module, if it is beside the one that is executed:
// relative to it, or to a folder above it.
func (m *machine) module(name string) *module {
	dir := filepath.Dir(m.top().module.file)
	rest := strings.TrimLeft(name, ".")
	dots := len(name) - len(rest)
	inside := filepath.Join(strings.Split(rest, ".")...)
	try := func(dir string) *module {
		for _, p := range []string{filepath.Join(dir, inside+".py"), filepath.Join(dir, inside, "__init__.py")} {
			if rest == "" {
				p = filepath.Join(dir, "__init__.py")
			}
			if mod, ok := m.modules[p]; ok {
				return mod
			}
			if text, ok := m.read(p); ok && len(m.modules) < maxModules && len(m.stack) < maxCalls {
				return m.load(p, text)
			}
		}
		return nil
	}
	if dots > 0 {
		for range dots - 1 {
			dir = filepath.Dir(dir)
		}
		return try(dir)
	}
	switch strings.Split(rest, ".")[0] {
	case "mlx", "numpy", "torch", "os", "sys", "math", "functools", "typing", "textwrap", "pathlib":
		return nil
	}
	for range 12 {
		if mod := try(dir); mod != nil {
			return mod
		}
		up := filepath.Dir(dir)
		if up == dir {
			break
		}
		dir = up
	}
	return nil
}

package program

import (
	"path/filepath"
	"regexp"
	"slices"
	"strings"
)

// Bounds of a target's files that are looked through.
const (
	maxTargetFiles = 1000
	maxTargetBytes = 16 << 20
)

// swiftDeclared matches what a Swift file declares for the others of its target.
var swiftDeclared = regexp.MustCompile(`(?m)^(?:(?:@\w+(?:\([^)\n]*\))?|public|package|internal|open|final|nonisolated(?:\([^)\n]*\))?|indirect)\s+)*(?:struct|class|enum|actor|let|var|func)\s+(\w+)`)

// declared holds the files of a target by the names that they declare.
type declared map[string]string

// target looks through the other Swift files of the target of a file.
func (m *machine) target(file string) declared {
	out := declared{}
	most, files := maxTargetBytes, 0
	for folders := []string{targetFolder(file)}; len(folders) > 0; folders = folders[1:] {
		names, _ := m.read(folders[0])
		for name := range strings.SplitSeq(names, "\n") {
			path := filepath.Join(folders[0], name)
			if strings.HasSuffix(name, "/") && files < maxTargetFiles {
				files++
				folders = append(folders, path)
			}
			if filepath.Ext(name) != ".swift" || path == file {
				continue
			}
			text, _ := m.read(path)
			files++
			if most -= len(text); most < 0 || files > maxTargetFiles || m.ctx.Err() != nil {
				return out
			}
			for _, d := range swiftDeclared.FindAllStringSubmatch(text, -1) {
				if out[d[1]] == "" {
					out[d[1]] = path
				}
			}
		}
	}
	return out
}

// targetFolder is the folder of a file's target: below the one of all targets, or else its own.
func targetFolder(file string) string {
	dir := filepath.Dir(file)
	for at := dir; ; {
		up := filepath.Dir(at)
		if slices.Contains([]string{"Sources", "Source", "Libraries", "Tests"}, filepath.Base(up)) {
			return at
		}
		if up == at {
			return dir
		}
		at = up
	}
}

// elsewhere is what another file of the target declares by a name, of which the statements are
// executed that make it and those that extend it.
func (m *machine) elsewhere(name string) (any, bool) {
	if !m.top().module.swift() {
		return nil, false
	}
	if main := m.stack[0].module; m.declared == nil {
		m.declared = m.target(main.file)
		for n := range main.later.makes {
			m.declared[n] = main.file
		}
	}
	file := m.declared[name]
	mod := m.modules[file]
	if mod == nil && file != "" && len(m.modules) < maxModules {
		text, _ := m.read(file)
		mod = m.parse(file, text)
	}
	if mod == nil || mod == m.top().module || len(m.stack) >= maxCalls {
		return nil, false
	}
	if _, known := mod.scope.vars[name]; !known {
		m.stack = append(m.stack, &frame{module: mod, scope: mod.scope, quiet: mod != m.stack[0].module, seeks: true})
		m.make(name)
		for _, s := range mod.body {
			if s.op == stClass && s.text == name {
				m.once(s)
			}
		}
		m.stack = m.stack[:len(m.stack)-1]
	}
	v, ok := mod.scope.vars[name]
	return v, ok
}

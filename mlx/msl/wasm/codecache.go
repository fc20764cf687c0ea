package wasm

import (
	"bytes"
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/tetratelabs/wazero"
	"golang.org/x/sys/cpu"
)

// codeCache keeps machine code on disk, one file a module. A file is named by
// what its code was made from: the module, wazero's version and the processor;
// so it is never stale. It begins with a hash of its name and of the rest: what
// is torn, damaged or under a wrong name is taken for missing. Files appear by a
// rename, so that processes can share the folder.
//
// wazero reads and writes code only as files of its own, whose names it alone
// knows and which it trusts. So it gets a folder of this process in which there
// is at most the one file that it is to find; a file that it leaves is taken
// over.
type codeCache struct {
	dir     string
	maker   string // the version and the processor, part of every key
	limit   int64  // bytes of all files
	staging string // wazero's folder, there only during a compilation
	rt      wazero.Runtime
	size    int64      // of the files, -1 as long as it is not known
	busy    sync.Mutex // held during a compilation
}

const (
	codeLimit = 256 << 20
	// worthStoring is the size of modules that take longer to compile than a
	// file is worth.
	worthStoring = 4 << 10
	codeSuffix   = ".code"
)

// CacheIn makes the executor keep machine code in a folder, which is created
// when first needed. It has to be called before the first launch and Supported.
// Without it nothing is written to disk. Trouble with the folder costs time only.
func CacheIn(dir string) { cacheDir = dir }

var cacheDir string

// wazeroVersion returns the version that this program was built with, "" if
// that is not known.
func wazeroVersion() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return ""
	}
	for _, d := range info.Deps {
		if d.Path == "github.com/tetratelabs/wazero" && d.Replace == nil {
			return d.Version
		}
	}
	return ""
}

// newCodeCache returns nil if there is no place for wazero's files. newRuntime
// makes a runtime that finds modules' imports.
func newCodeCache(dir, version string, limit int64, newRuntime func(wazero.CompilationCache) (wazero.Runtime, error)) *codeCache {
	if dir == "" || version == "" {
		return nil
	}
	// In memory, if the system has such a folder: wazero syncs what it writes.
	root, err := os.MkdirTemp(os.Getenv("XDG_RUNTIME_DIR"), "zmlx-code-")
	if err != nil {
		root, err = os.MkdirTemp("", "zmlx-code-")
	}
	if err != nil {
		return nil
	}
	defer os.RemoveAll(root)
	files, err := wazero.NewCompilationCacheWithDir(root)
	if err != nil {
		return nil
	}
	own, err := os.ReadDir(root)
	if err != nil || len(own) != 1 {
		return nil
	}
	rt, err := newRuntime(files)
	if err != nil {
		return nil
	}
	maker := fmt.Sprintln(version, runtime.GOOS, runtime.GOARCH, cpu.X86, cpu.ARM64)
	return &codeCache{dir: dir, maker: maker, limit: limit, staging: filepath.Join(root, own[0].Name()), rt: rt, size: -1}
}

// compile compiles a module, or reads what was compiled before, with c.busy held.
func (c *codeCache) compile(ctx context.Context, module []byte) (code wazero.CompiledModule, hit bool, err error) {
	root := filepath.Dir(c.staging)
	if err := os.Mkdir(root, 0o700); err != nil { // what others made meanwhile is not trusted
		return nil, false, err
	}
	defer os.RemoveAll(root)
	if err := os.Mkdir(c.staging, 0o700); err != nil {
		return nil, false, err
	}
	h := sha256.New()
	h.Write([]byte(c.maker))
	h.Write(module)
	key := hex.EncodeToString(h.Sum(nil))
	given, content, err := c.read(key)
	if err == nil {
		err = os.WriteFile(filepath.Join(c.staging, given), content, 0o600)
	}
	if err != nil {
		given = ""
	}
	code, err = c.rt.CompileModule(ctx, module)
	if err != nil {
		return nil, false, err
	}
	left, err := os.ReadDir(c.staging)
	if err != nil {
		return code, false, nil
	}
	for _, f := range left {
		if f.Name() != given {
			if content, err := os.ReadFile(filepath.Join(c.staging, f.Name())); err == nil {
				c.write(key, f.Name(), content)
			}
			return code, false, nil
		}
	}
	return code, given != "", nil
}

var errDamaged = errors.New("wasm: a damaged file of machine code")

// read returns wazero's file of a key.
func (c *codeCache) read(key string) (name string, content []byte, err error) {
	path := filepath.Join(c.dir, key+codeSuffix)
	info, err := os.Stat(path)
	if err != nil {
		return "", nil, err
	}
	if !info.Mode().IsRegular() || info.Size() > c.limit { // a pipe would not end
		return "", nil, errDamaged
	}
	all, err := os.ReadFile(path)
	if err != nil {
		return "", nil, err
	}
	if len(all) < sha256.Size || !bytes.Equal(all[:sha256.Size], checksum(key, all[sha256.Size:])) {
		return "", nil, errDamaged
	}
	now := time.Now()
	_ = os.Chtimes(path, now, now) // the oldest are removed first
	line, rest, _ := bytes.Cut(all[sha256.Size:], []byte{'\n'})
	return string(line), rest, nil
}

func checksum(key string, rest []byte) []byte {
	h := sha256.New()
	h.Write([]byte(key))
	h.Write(rest)
	return h.Sum(nil)
}

// write keeps wazero's file for a key, if it can.
func (c *codeCache) write(key, name string, content []byte) {
	if os.MkdirAll(c.dir, 0o700) != nil {
		return
	}
	rest := slices.Concat([]byte(name), []byte{'\n'}, content)
	f, err := os.CreateTemp(c.dir, key+".*.tmp")
	if err != nil {
		return
	}
	// No sync: a file that a crash tears is noticed.
	_, err = f.Write(slices.Concat(checksum(key, rest), rest))
	if err = errors.Join(err, f.Close()); err == nil {
		err = os.Rename(f.Name(), filepath.Join(c.dir, key+codeSuffix))
	}
	if err != nil {
		_ = os.Remove(f.Name())
		return
	}
	if c.size >= 0 {
		c.size += int64(len(rest))
	}
	if c.size < 0 || c.size > c.limit {
		c.shrink()
	}
}

// shrink removes the files that were not used for the longest time, if all take
// more than the limit, and those that writers left behind.
func (c *codeCache) shrink() {
	entries, err := os.ReadDir(c.dir)
	if err != nil {
		return
	}
	var files []fs.FileInfo
	c.size = 0
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			continue
		}
		abandoned := strings.HasSuffix(e.Name(), ".tmp") && time.Since(info.ModTime()) > time.Hour
		if abandoned && os.Remove(filepath.Join(c.dir, e.Name())) == nil {
			continue
		}
		files = append(files, info)
		c.size += info.Size()
	}
	if c.size <= c.limit {
		return
	}
	slices.SortFunc(files, func(a, b fs.FileInfo) int {
		return cmp.Or(a.ModTime().Compare(b.ModTime()), strings.Compare(a.Name(), b.Name()))
	})
	for _, f := range files {
		if c.size <= c.limit*3/4 {
			return
		}
		if strings.HasSuffix(f.Name(), codeSuffix) && os.Remove(filepath.Join(c.dir, f.Name())) == nil {
			c.size -= f.Size()
		}
	}
}

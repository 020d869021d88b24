import { systemFiles } from '@provloom/shared'
import type { Access, Files, OpenFile } from '@provloom/shared'

/** Real files: what a test's disk does not do otherwise. */
export class Disk implements Files {
  protected readonly real: Files = systemFiles()

  open(file: string, mode: 'read' | 'append', access?: Access): OpenFile {
    return this.real.open(file, mode, access)
  }

  read(file: string): Buffer {
    return this.real.read(file)
  }

  exists(name: string): boolean {
    return this.real.exists(name)
  }

  list(folder: string): string[] {
    return this.real.list(folder)
  }

  makeFolder(folder: string, access?: Access): void {
    this.real.makeFolder(folder, access)
  }

  makeNewFolder(folder: string): boolean {
    return this.real.makeNewFolder(folder)
  }

  rename(from: string, to: string): void {
    this.real.rename(from, to)
  }

  remove(file: string): void {
    this.real.remove(file)
  }

  removeFolder(folder: string): Promise<void> {
    return this.real.removeFolder(folder)
  }

  syncFolder(folder: string): Promise<void> {
    return this.real.syncFolder(folder)
  }
}
